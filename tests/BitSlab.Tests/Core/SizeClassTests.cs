using System.Numerics;
using BitSlab.Core;
using Xunit;

namespace BitSlab.Tests.Core;

public sealed unsafe class SizeClassTests
{
    public static TheoryData<int> Shifts => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    [Theory]
    [MemberData(nameof(Shifts))]
    public void Each_size_has_the_smallest_class_that_holds_it(int shift)
    {
        using var core = new CoreFixture(Stepped(shift));
        uint before = 0;
        for (uint size = 1; size <= 32_768; size++)
        {
            uint block = BlockFor(core, size, 1);
            Assert.True(block >= size);
            Assert.Equal(0u, block & ((1u << shift) - 1));

            // A class's own size stays in it, and the size before this one was in this class or in the one that ends before it.
            Assert.Equal(block, BlockFor(core, block, 1));
            Assert.True(block == before || before == size - 1 || size == 1);
            before = block;
        }
    }

    [Theory]
    [MemberData(nameof(Shifts))]
    public void Steps_are_even_to_a_kibibyte_and_at_most_an_eighth_above(int shift)
    {
        using var core = new CoreFixture(Stepped(shift));
        for (uint size = 1; size <= 32_768; size++)
        {
            uint block = BlockFor(core, size, 1);
            uint rounded = (size + (1u << shift) - 1) >> shift << shift;
            Assert.True(size <= 1024 ? block == rounded : block - rounded < size / 8 || block == rounded);
        }
    }

    [Theory]
    [MemberData(nameof(Shifts))]
    public void An_alignment_gets_a_class_that_is_a_multiple_and_no_larger_than_need_be(int shift)
    {
        using var core = new CoreFixture(Stepped(shift));
        for (uint alignment = 1; alignment <= 32_768; alignment <<= 1)
        {
            for (uint size = 1; size <= 32_768; size += 61)
            {
                uint rounded = (size + alignment - 1) & ~(alignment - 1);
                uint block = BlockFor(core, size, alignment);
                Assert.Equal(0u, block % alignment);
                Assert.Equal(BlockFor(core, rounded, 1), block);
            }
        }
    }

    private static SlabAllocatorOptions Stepped(int shift) => shift <= 8
        ? new() { ClassGranularity = 1 << shift, MinimumAlignment = 1 }
        : new() { MinimumAlignment = 1 << shift };

    private static uint BlockFor(CoreFixture core, uint size, uint alignment)
    {
        uint sizeClass = ThreadHeap.ClassOf(core.Heap, size, alignment);
        Assert.NotEqual(ThreadHeap.NoClass, sizeClass);
        Assert.True(size > 1024 || alignment != 1 || ThreadHeap.EntryFor(core.Heap, size - 1) == ThreadHeap.Entry(core.Heap, sizeClass));
        return ThreadHeap.BlockSizes(core.Heap)[sizeClass];
    }

    [Fact]
    public void An_index_is_exact_at_each_block_and_betrays_any_other_offset()
    {
        SizeLadder ladder = default;
        SizeLadder.Continue(&ladder, 16, 32_768);
        for (int sizeClass = 0; sizeClass < ladder.Count; sizeClass++)
        {
            Check(ladder.BlockSizes[sizeClass]);
        }

        foreach (uint odd in (uint[])[1, 2, 3, 5, 7, 24, 40, 1000, 1023])
        {
            Check(odd);
        }

        static void Check(uint size)
        {
            // The start is such that the addresses pass 2^32.
            nuint start = unchecked((nuint)0x7FFF_FFF0_0000);
            byte shift = (byte)BitOperations.TrailingZeroCount(size);
            Slab slab = new() { Start = unchecked((uint)start), Shift = shift, Inverse = Slab.InverseOf(size >> shift) };
            uint end = uint.Min(Layout.ChunkBytes, size * Layout.MaxBlocksPerSlab);
            uint blocks = end / size;
            uint step = end > 1 << 20 ? 7u : 1u;
            for (uint offset = 0; offset < end; offset += step)
            {
                Assert.Equal(offset % size == 0 && offset / size < blocks, Slab.IndexOf(&slab, (void*)(start + offset)) < blocks);
            }

            for (uint k = 0; k < blocks; k++)
            {
                Assert.Equal(k, Slab.IndexOf(&slab, (void*)(start + (k * size))));
            }

            // Before the slab's start, and far behind its end: what a pointer to another slice of a large slab, or a stale one, may give.
            Assert.True(Slab.IndexOf(&slab, (void*)(start - size)) >= blocks);
            Assert.True(Slab.IndexOf(&slab, (void*)(start + (uint.MaxValue / size * size))) >= blocks);
        }
    }
}
