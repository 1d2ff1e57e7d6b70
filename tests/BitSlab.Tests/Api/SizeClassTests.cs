using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>Which class serves which size: the smallest that holds it.</summary>
public sealed class SizeClassTests
{
    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Up_to_1_KiB_sizes_are_rounded_up_to_16(Face face)
    {
        using Subject subject = Subject.Of(face);
        for (int size = 0; size <= 1024; size++)
        {
            nint block = subject.Alloc((nuint)size);
            Assert.Equal(0, block % 16);
            Assert.Equal((nuint)Math.Max(16, (size + 15) / 16 * 16), subject.GetUsableSize(block));
            subject.Free(block);
        }
    }

    [Fact]
    public void Above_1_KiB_at_most_an_eighth_is_wasted()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nuint previous = 1024;
        for (int size = 1025; size <= 32_768; size += size % 64 == 63 ? 1 : 7)
        {
            nint block = subject.Alloc((nuint)size);
            nuint usable = subject.GetUsableSize(block);
            Assert.InRange(usable, (nuint)size, (nuint)size + ((nuint)size / 8) + 16);
            Assert.True(usable >= previous, "A larger request got a smaller class.");
            previous = usable;
            subject.Free(block);
        }
    }

    [Fact]
    public void A_request_of_a_class_size_gets_exactly_that_class()
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (nuint size = 1; size <= 32_768;)
        {
            nint block = subject.Alloc(size);
            nuint usable = subject.GetUsableSize(block);
            nint same = subject.Alloc(usable);
            Assert.Equal(usable, subject.GetUsableSize(same));
            subject.FreeBatch(block, same);
            size = usable + 1;
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(8, 1)]
    [InlineData(64, 1)]
    [InlineData(256, 1)]
    [InlineData(16, 64)]
    [InlineData(1, 4096)]
    [InlineData(256, 32)]
    public void Granularity_and_alignment_make_the_steps_up_to_1_KiB(int granularity, int alignment)
    {
        int step = Math.Max(granularity, alignment);
        var options = new SlabAllocatorOptions { ClassGranularity = granularity, MinimumAlignment = alignment };
        using Subject subject = Subject.Of(Face.Instance, options);
        for (int size = 1; size <= 1024; size++)
        {
            nint block = subject.Alloc((nuint)size);
            Assert.Equal(0, block & (alignment - 1));
            Assert.Equal((nuint)((size + step - 1) / step * step), subject.GetUsableSize(block));
            subject.Free(block);
        }

        for (int size = 1025; size <= 40_000; size += 977)
        {
            nint block = subject.Alloc((nuint)size);
            Assert.Equal(0, block & (alignment - 1));
            Assert.True(subject.GetUsableSize(block) >= (nuint)size);
            if (size <= 32_768)
            {
                Assert.InRange(subject.GetUsableSize(block), (nuint)size, (nuint)(size + (size / 8) + step));
            }

            subject.Free(block);
        }
    }

    [Fact]
    public void All_blocks_of_a_class_are_apart_and_aligned()
    {
        foreach (int alignment in new[] { 1, 8, 16, 128, 4096 })
        {
            var options = new SlabAllocatorOptions { MinimumAlignment = alignment, ClassGranularity = 1 };
            using Subject subject = Subject.Of(Face.Instance, options);
            foreach (nuint size in new nuint[] { 1, 3, 40, 129, 1000, 5000, 32_768 })
            {
                var blocks = new (nint Address, nuint Size)[300];
                for (int i = 0; i < blocks.Length; i++)
                {
                    nint block = subject.Alloc(size);
                    Assert.Equal(0, block & (alignment - 1));
                    Pattern.Fill(block, size, (uint)i);
                    blocks[i] = (block, subject.GetUsableSize(block));
                }

                for (int i = 0; i < blocks.Length; i++)
                {
                    Pattern.Verify(blocks[i].Address, size, (uint)i);
                }

                Assert.Null(Overlaps.Find(blocks));
                foreach ((nint address, _) in blocks)
                {
                    subject.Free(address);
                }
            }

            Whole.Empty(subject.Allocator);
        }
    }
}
