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
        uint before = 0;
        for (uint size = 1; size <= 32_768; size++)
        {
            uint sizeClass = SizeClasses.ClassOf(size, shift);
            uint block = SizeClasses.BlockSize(sizeClass, shift);
            Assert.True(block >= size);
            Assert.Equal(0u, block & ((1u << shift) - 1));

            // A class's own size stays in it, and the size before this one was in this class or in the one that ends before it.
            Assert.Equal(sizeClass, SizeClasses.ClassOf(block, shift));
            Assert.True(block == before || before == size - 1 || size == 1);
            before = block;
        }
    }

    [Theory]
    [MemberData(nameof(Shifts))]
    public void At_most_an_eighth_is_wasted_above_a_kibibyte(int shift)
    {
        for (uint size = 1025; size <= 32_768; size++)
        {
            uint block = SizeClasses.BlockSize(SizeClasses.ClassOf(size, shift), shift);
            uint rounded = (size + (1u << shift) - 1) >> shift << shift;
            Assert.True(block - rounded < size / 8 || block == rounded);
        }
    }

    [Theory]
    [MemberData(nameof(Shifts))]
    public void A_multiple_of_an_alignment_falls_into_a_class_that_is_one(int shift)
    {
        for (uint alignment = 1; alignment <= 32_768; alignment <<= 1)
        {
            for (uint size = alignment; size <= 32_768; size += alignment)
            {
                Assert.Equal(0u, SizeClasses.BlockSize(SizeClasses.ClassOf(size, shift), shift) % uint.Min(alignment, 32_768));
            }
        }
    }

    [Fact]
    public void An_index_is_exact_at_each_block_and_betrays_any_other_offset()
    {
        for (uint sizeClass = 0; sizeClass < SizeClasses.Count(4, 32_768); sizeClass++)
        {
            Check(SizeClasses.BlockSize(sizeClass, 4));
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
