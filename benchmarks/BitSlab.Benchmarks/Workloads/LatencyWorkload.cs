using System;
using System.Diagnostics;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;
using HdrHistogram;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>Work whose rounds have a distribution of times instead of one time.</summary>
internal interface ILatencyWork
{
    /// <summary>The nanoseconds of each call of the last round.</summary>
    HistogramBase Latencies { get; }
}

/// <summary>
/// <c>latency/steady-100k</c>: each call of a steady queue is timed. The clock's own time, some 20 ns, is part of each figure, and
/// whatever else the machine does meanwhile.
/// </summary>
internal sealed class LatencyWorkload(Effort effort)
    : BlockWorkload("latency/steady-100k", Slices(effort) * SlicedWork.Length)
{
    private const int QueueLength = 100_000;
    private const long HighestNanoseconds = 60_000_000_000;
    private const int SignificantDigits = 3;

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(allocator, Slices(effort));

    private static int Slices(Effort effort) => effort.Operations(500);

    private sealed class Work<T, TBlock> : SlicedWork, ILatencyWork
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly TBlock[] _ring = new TBlock[QueueLength];
        private readonly LongHistogram _latencies = new(HighestNanoseconds, SignificantDigits);

        // Of one slice; entered into the histogram between the slices, so that its cache lines are in nobody's way for long.
        private readonly long[] _ticks = new long[2 * Length];
        private XorShift _random = new(1);
        private int _position;

        public Work(SlabAllocator? allocator, int slices)
            : base(allocator, slices)
        {
            T source = T.Open(allocator);
            foreach (ref TBlock block in _ring.AsSpan())
            {
                block = source.Alloc(NextSize(ref _random));
            }
        }

        public HistogramBase Latencies => _latencies;

        public override TimeSpan Round()
        {
            _latencies.Reset();
            return base.Round();
        }

        protected override void Slice()
        {
            TimeCalls();
            foreach (long ticks in _ticks)
            {
                _latencies.RecordValue(Math.Min(HighestNanoseconds, (long)(ticks * (1e9 / Stopwatch.Frequency))));
            }
        }

        protected override void Finish() => BlockCheck.FreeAll<T, TBlock>(Allocator, _ring);

        private static int NextSize(ref XorShift random) => 1 + random.Below(1_023);

        private void TimeCalls()
        {
            T source = T.Open(Allocator);
            TBlock[] ring = _ring;
            long[] ticks = _ticks;
            int position = _position;
            XorShift random = _random;
            for (int i = 0; i < ticks.Length; i += 2)
            {
                int size = NextSize(ref random);
                TBlock oldest = ring[position];
                long begin = Stopwatch.GetTimestamp();
                TBlock block = source.Alloc(size);
                long between = Stopwatch.GetTimestamp();
                source.Free(oldest);
                long end = Stopwatch.GetTimestamp();
                ring[position] = block;
                ticks[i] = between - begin;
                ticks[i + 1] = end - between;
                position = position + 1 == ring.Length ? 0 : position + 1;
            }

            _position = position;
            _random = random;
        }
    }
}
