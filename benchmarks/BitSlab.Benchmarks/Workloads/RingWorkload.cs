using System;
using System.Linq;
using System.Threading;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// <c>ring/CAPACITY-PxC</c>: some threads allocate and others free. Each producer has a ring to each consumer and gives to them by
/// turns.
/// </summary>
/// <param name="name">The capacity as the name tells it.</param>
/// <param name="capacity">That of each ring.</param>
/// <param name="side">Threads on each side.</param>
/// <param name="sizes">Of the events of all producers together.</param>
internal sealed class RingWorkload(string name, int capacity, int side, int[] sizes)
    : BlockWorkload($"ring/{name}-{side}x{side}", sizes.Length)
{
    private const int SpinsBeforeYield = 4;

    // Some half a microsecond between looks: a side that looked all the time would have the ring's lines go to and fro for each event, and
    // the faster an allocator frees, the more it would pay for that.
    private const int SpinsPerLook = 64;

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(capacity, side, sizes, allocator);

    private sealed class Work<T, TBlock> : ITimedWork
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly int[] _sizes;
        private readonly SlabAllocator? _allocator;
        private readonly BlockRing<TBlock>[][] _rings; // by producer, then by consumer
        private readonly Crew _crew;

        // A side has failed: the other one must not wait for it.
        private volatile bool _abandoned;

        public Work(int capacity, int side, int[] sizes, SlabAllocator? allocator)
        {
            _sizes = sizes;
            _allocator = allocator;
            _rings = [.. Enumerable.Range(0, side).Select(_ => Enumerable.Range(0, side).Select(_ => new BlockRing<TBlock>(capacity)).ToArray())];
            _crew = new Crew(2 * side);
        }

        public TimeSpan Round() => _crew.Run(index =>
        {
            try
            {
                if (index < _rings.Length)
                {
                    Produce(index);
                }
                else
                {
                    Consume(index - _rings.Length);
                }
            }
            catch
            {
                _abandoned = true;
                throw;
            }
        });

        public void Dispose()
        {
            _crew.Dispose();
            foreach (BlockRing<TBlock> ring in _rings.SelectMany(rings => rings))
            {
                ring.CheckNotNull();
            }

            _allocator?.Dispose();
        }

        private void Produce(int producer)
        {
            int count = _sizes.Length / _rings.Length;
            for (int start = 0; start < count; start += SlicedWork.Length)
            {
                ProduceSlice(
                    _rings[producer],
                    _sizes.AsSpan((producer * count) + start, Math.Min(SlicedWork.Length, count - start)));
            }
        }

        private void ProduceSlice(BlockRing<TBlock>[] rings, ReadOnlySpan<int> sizes)
        {
            T source = T.Open(_allocator);
            int next = 0;
            foreach (int size in sizes)
            {
                TBlock block = source.Alloc(size);
                for (int spins = 0; !rings[next].TryPut(block) && !_abandoned; spins++)
                {
                    Pause(spins);
                }

                next = next + 1 == rings.Length ? 0 : next + 1;
            }
        }

        private void Consume(int consumer)
        {
            // As many come by each ring: slices are a whole number of turns.
            BlockRing<TBlock>[] rings = [.. _rings.Select(rings => rings[consumer])];
            int count = _sizes.Length / _rings.Length;
            for (int start = 0; start < count; start += SlicedWork.Length)
            {
                ConsumeSlice(rings, Math.Min(SlicedWork.Length, count - start));
            }
        }

        /// <summary>Takes what is there, from whichever ring.</summary>
        private void ConsumeSlice(BlockRing<TBlock>[] rings, int count)
        {
            T source = T.Open(_allocator);
            int next = 0;
            int spins = 0;
            while (count > 0 && !_abandoned)
            {
                if (rings[next].TryTake(out TBlock block))
                {
                    source.Free(block);
                    count--;
                    spins = 0;
                }
                else
                {
                    Pause(spins++);
                }

                next = next + 1 == rings.Length ? 0 : next + 1;
            }
        }

        private static void Pause(int spins)
        {
            if (spins < SpinsBeforeYield)
            {
                Thread.SpinWait(SpinsPerLook);
            }
            else
            {
                Thread.Yield();
            }
        }
    }
}
