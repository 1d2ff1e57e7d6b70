using System;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Measuring;

/// <summary>What every workload checks outside the time it takes: a contender that serves nothing would win.</summary>
internal static class BlockCheck
{
    /// <summary>Frees all blocks and forgets them.</summary>
    public static void FreeAll<T, TBlock>(SlabAllocator? allocator, Span<TBlock> blocks)
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        NotNull<TBlock>(blocks);
        T source = T.Open(allocator);
        foreach (TBlock block in blocks)
        {
            source.Free(block);
        }

        blocks.Clear();
    }

    public static void NotNull<TBlock>(ReadOnlySpan<TBlock> blocks)
        where TBlock : struct, IBlock
    {
        foreach (TBlock block in blocks)
        {
            Require(!block.IsNull, "was null");
        }
    }

    public static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new VerificationException($"a block {fault}");
        }
    }
}
