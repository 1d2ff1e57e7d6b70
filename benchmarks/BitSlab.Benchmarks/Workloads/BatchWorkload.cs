using System;
using System.Linq;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary><c>batch-ORDER/SIZE</c>: a thousand blocks are allocated, then all freed in an order that is fixed before.</summary>
internal sealed class BatchWorkload(string order, int size, Effort effort)
    : BlockWorkload($"batch-{order}/{size}", effort.Operations(Batches) * (long)BatchLength)
{
    public const string FirstInFirstOut = "fifo";
    public const string LastInFirstOut = "lifo";
    public const string RandomOrder = "random";

    private const int Batches = 200;
    private const int BatchLength = 1_000;

    private readonly int[] _order = OrderOf(order);

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) =>
        new Work<T, TBlock>(size, _order, allocator, effort.Operations(Batches));

    private static int[] OrderOf(string order)
    {
        int[] places = [.. Enumerable.Range(0, BatchLength)];
        switch (order)
        {
            case LastInFirstOut:
                Array.Reverse(places);
                break;
            case RandomOrder:
                new Random(1).Shuffle(places);
                break;
        }

        return places;
    }

    /// <summary>A slice is a batch.</summary>
    private sealed class Work<T, TBlock>(int size, int[] order, SlabAllocator? allocator, int slices) : SlicedWork(allocator, slices)
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly TBlock[] _blocks = new TBlock[BatchLength];

        protected override void Slice()
        {
            T source = T.Open(Allocator);
            TBlock[] blocks = _blocks;
            int wanted = size;
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i] = source.Alloc(wanted);
            }

            foreach (int place in order)
            {
                source.Free(blocks[place]);
            }
        }

        protected override void Finish() => BlockCheck.NotNull<TBlock>(_blocks); // the last batch's, which are free by now
    }
}
