using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// <c>scaling/private-THREADS</c>: each thread replaces random ones of its own 1,000 blocks. The time is divided by the operations
/// of one thread: it stays as it is where threads do not hinder each other.
/// </summary>
internal sealed class PrivateWorkload(int threads, Effort effort)
    : BlockWorkload($"scaling/private-{threads}", Slices(effort) * SlicedWork.Length)
{
    private const int BlocksPerThread = 1_000;

    // With the loop that only computes, and one thread with two: ratios among these are the figure.
    public override string Turn => Family;

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(threads, Slices(effort), allocator);

    // Long enough that how the system spreads two waking threads over the cores, some milliseconds, does not decide.
    private static int Slices(Effort effort) => effort.Operations(3_000);

    private sealed class Work<T, TBlock> : ITimedWork
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly RandomReplacement<T, TBlock>[] _blocks;
        private readonly int _slices;
        private readonly SlabAllocator? _allocator;
        private readonly Crew _crew;

        public Work(int threads, int slices, SlabAllocator? allocator)
        {
            _slices = slices;
            _allocator = allocator;
            _blocks = [.. Enumerable.Range(0, threads).Select(thread =>
                new RandomReplacement<T, TBlock>(allocator, BlocksPerThread, (ulong)thread))];
            _crew = new Crew(threads);
            _crew.Run(thread => _blocks[thread].Fill());
        }

        public TimeSpan Round() => _crew.Run(thread =>
        {
            RandomReplacement<T, TBlock> blocks = _blocks[thread];
            for (int slice = 0; slice < _slices; slice++)
            {
                blocks.Replace();
            }
        });

        public void Dispose()
        {
            _crew.Run(thread => _blocks[thread].FreeAll());
            _crew.Dispose();
            _allocator?.Dispose();
        }
    }
}

/// <summary>
/// <c>scaling/compute-THREADS</c>: a loop that only computes. What two threads lose here they lose to the machine, which shares its
/// clock and its cores with others, and to no allocator.
/// </summary>
internal sealed class ComputeWorkload(int threads, Effort effort)
    : Workload($"scaling/compute-{threads}", Slices(effort) * SlicedWork.Length)
{
    private const string ContenderName = "compute";

    // Some 15 ns: about what an operation of an allocator takes.
    private const int StepsPerOperation = 8;

    private static long s_sink;

    public override string Turn => Family;

    public override IEnumerable<(string Contender, ITimedWork Work)> CreateAll(IEnumerable<Subject> subjects)
    {
        yield return (ContenderName, new Work(threads, Slices(effort)));
    }

    protected override ITimedWork? Create(Subject subject) => null;

    // Long enough that how the system spreads two waking threads over the cores, some milliseconds, does not decide.
    private static int Slices(Effort effort) => effort.Operations(3_000);

    private sealed class Work(int threads, int slices) : ITimedWork
    {
        private readonly Crew _crew = new(threads);

        public TimeSpan Round() => _crew.Run(thread =>
        {
            XorShift random = new((ulong)thread);
            for (int slice = 0; slice < slices; slice++)
            {
                random = Compute(random);
            }

            Volatile.Write(ref s_sink, random.Below(int.MaxValue));
        });

        public void Dispose() => _crew.Dispose();

        private static XorShift Compute(XorShift random)
        {
            for (int i = 0; i < SlicedWork.Length * StepsPerOperation; i++)
            {
                random.Next();
            }

            return random;
        }
    }
}
