using System;
using System.Diagnostics;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Queue;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// <c>queue/untouched</c>, <c>queue/written</c>: events of random size go into a queue, and at each hundredth a block is made that
/// lives on; then the queue is cleared in order, and those blocks after it. What <see cref="BurstQueue"/> does, for arrays too.
/// </summary>
internal sealed class BurstWorkload(string name, bool written, int[] sizes) : BlockWorkload($"queue/{name}", sizes.Length)
{
    // A whole number of hundreds near the usual slice.
    private const int SliceLength = 20 * BurstQueue.LongLivedEvery;

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(written, sizes, allocator);

    private sealed class Work<T, TBlock> : ITimedWork
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly bool _written;
        private readonly int[] _sizes;
        private readonly SlabAllocator? _allocator;
        private readonly TBlock[] _queue;
        private readonly TBlock[] _longLived;

        public Work(bool written, int[] sizes, SlabAllocator? allocator)
        {
            _written = written;
            _sizes = sizes;
            _allocator = allocator;
            _queue = new TBlock[sizes.Length];
            _longLived = new TBlock[sizes.Length / BurstQueue.LongLivedEvery];
        }

        public TimeSpan Round()
        {
            long begin = Stopwatch.GetTimestamp();
            for (int start = 0; start < _sizes.Length; start += SliceLength)
            {
                int length = Math.Min(SliceLength, _sizes.Length - start);
                FillSlice(
                    _sizes.AsSpan(start, length),
                    _queue.AsSpan(start, length),
                    _longLived.AsSpan(start / BurstQueue.LongLivedEvery, length / BurstQueue.LongLivedEvery));
            }

            Clear(_queue);
            Clear(_longLived);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
            BlockCheck.NotNull<TBlock>(_queue);
            BlockCheck.NotNull<TBlock>(_longLived);
            Settle();
            return elapsed;
        }

        public void Dispose() => _allocator?.Dispose();

        private void FillSlice(ReadOnlySpan<int> sizes, Span<TBlock> queue, Span<TBlock> longLived)
        {
            T source = T.Open(_allocator);
            bool written = _written;
            int untilLongLived = BurstQueue.LongLivedEvery;
            int longLivedCount = 0;
            for (int i = 0; i < sizes.Length && i < queue.Length; i++)
            {
                TBlock block = source.Alloc(sizes[i]);
                if (written)
                {
                    block.Fill(sizes[i]);
                }

                queue[i] = block;
                if (--untilLongLived == 0)
                {
                    block = source.Alloc(BurstQueue.LongLivedSize);
                    if (written)
                    {
                        block.Fill(BurstQueue.LongLivedSize);
                    }

                    longLived[longLivedCount++] = block;
                    untilLongLived = BurstQueue.LongLivedEvery;
                }
            }
        }

        private void Clear(TBlock[] blocks)
        {
            for (int start = 0; start < blocks.Length; start += SliceLength)
            {
                ClearSlice(blocks.AsSpan(start, Math.Min(SliceLength, blocks.Length - start)));
            }
        }

        private void ClearSlice(ReadOnlySpan<TBlock> blocks)
        {
            T source = T.Open(_allocator);
            foreach (TBlock block in blocks)
            {
                source.Free(block);
            }
        }

        /// <summary>Half a gigabyte of forgotten arrays would be collected in another contender's time.</summary>
        private void Settle()
        {
            if (typeof(TBlock) == typeof(ManagedBlock))
            {
                Array.Clear(_queue);
                Array.Clear(_longLived);
                GC.Collect();
            }
        }
    }
}
