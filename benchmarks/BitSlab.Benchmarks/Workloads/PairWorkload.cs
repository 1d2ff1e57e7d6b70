using System;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary><c>pair/SIZE</c>: one block is allocated and freed at once, over and over.</summary>
internal sealed class PairWorkload(int size, Effort effort)
    : BlockWorkload($"pair/{size}", Slices(effort) * SlicedWork.Length)
{
    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(size, allocator, Slices(effort));

    private static int Slices(Effort effort) => effort.Operations(200);

    private sealed class Work<T, TBlock>(int size, SlabAllocator? allocator, int slices) : SlicedWork(allocator, slices)
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        protected override void Slice()
        {
            T source = T.Open(Allocator);
            int wanted = size;
            for (int i = 0; i < Length; i++)
            {
                source.Free(source.Alloc(wanted));
            }
        }

        protected override void Finish()
        {
            Span<TBlock> block = [T.Open(Allocator).Alloc(size)];
            BlockCheck.FreeAll<T, TBlock>(Allocator, block);
        }
    }
}
