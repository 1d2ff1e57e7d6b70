using System;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>AlignedAlloc, AlignedRealloc and AlignedFree, by the cases of the framework's tests of NativeMemory.</summary>
public sealed class AlignedTests
{
    private static readonly nuint Max = nuint.MaxValue;

    public static TheoryData<Face, ulong> BadAlignments
    {
        get
        {
            var data = new TheoryData<Face, ulong>();
            foreach (Face face in new[] { Face.Static, Face.Instance })
            {
                foreach (ulong alignment in new ulong[] { 0, 3, 5, 6, 7, 9, 12, 24, 100, 4095, 4097, (1UL << 63) + 1, ulong.MaxValue })
                {
                    data.Add(face, alignment);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Faces.WithAlignments), MemberType = typeof(Faces))]
    public void Every_alignment_is_kept_for_every_size(Face face, int alignment)
    {
        using Subject subject = Subject.Of(face);
        nuint[] sizes =
        [
            0, 1, 15, 16, 17, 100, 1000, 1024, 1025, 5000, 32_768, 32_769, 65_536, 65_537, 300_000, 2 << 20, (2 << 20) + 1, 5 << 20,
        ];
        var blocks = new (nint Address, nuint Size)[sizes.Length * 2];
        for (int i = 0; i < blocks.Length; i++)
        {
            nuint size = sizes[i / 2];
            nint block = subject.AlignedAlloc(size, (nuint)alignment);
            Assert.NotEqual(0, block);
            Assert.Equal(0, block & (alignment - 1));
            Assert.True(subject.GetUsableSize(block) >= size);
            Pattern.Fill(block, size, (uint)i);
            blocks[i] = (block, size);
        }

        for (int i = 0; i < blocks.Length; i++)
        {
            Pattern.Verify(blocks[i].Address, blocks[i].Size, (uint)i);
        }

        Assert.Null(Overlaps.Find([.. blocks]));
        foreach ((nint address, _) in blocks)
        {
            subject.AlignedFree(address);
        }

        if (face != Face.Static)
        {
            Whole.Holds(subject.Allocator, 0, 0);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.WithAlignments), MemberType = typeof(Faces))]
    public void Realloc_keeps_alignment_and_contents(Face face, int alignment)
    {
        using Subject subject = Subject.Of(face);
        nint block = subject.AlignedRealloc(0, 10, (nuint)alignment);
        nuint previous = 10;
        Pattern.Fill(block, previous, 1);
        foreach (nuint size in new nuint[] { 20, 1000, 900, 30_000, 40_000, 100_000, 3 << 20, 90_000, 2000, 33, 1 })
        {
            block = subject.AlignedRealloc(block, size, (nuint)alignment);
            Assert.Equal(0, block & (alignment - 1));
            Assert.True(Pattern.Holds(block, previous, nuint.Min(previous, size), 1), $"Contents lost from {previous} to {size} bytes.");
            Pattern.Fill(block, size, 1);
            previous = size;
        }

        subject.AlignedFree(block);
    }

    [Theory]
    [MemberData(nameof(Faces.WithAlignments), MemberType = typeof(Faces))]
    public void Max_size_is_out_of_memory(Face face, int alignment)
    {
        using Subject subject = Subject.Of(face);
        nint block = subject.AlignedAlloc(64, (nuint)alignment);
        Pattern.Fill(block, 64, 9);
        foreach (nuint size in new[] { Max, Max - (nuint)alignment + 1, Max / 2, (Max / 2) + 1 })
        {
            Assert.IsType<OutOfMemoryException>(Record.Exception(() => { subject.AlignedAlloc(size, (nuint)alignment); }));
            Assert.IsType<OutOfMemoryException>(Record.Exception(() => { subject.AlignedRealloc(0, size, (nuint)alignment); }));
            Assert.IsType<OutOfMemoryException>(Record.Exception(() => { subject.AlignedRealloc(block, size, (nuint)alignment); }));
        }

        Pattern.Verify(block, 64, 9);
        subject.AlignedFree(block);
    }

    [Theory]
    [MemberData(nameof(BadAlignments))]
    public void An_alignment_of_zero_or_no_power_of_two_is_refused(Face face, ulong alignment)
    {
        Needs.Bits(alignment);
        using Subject subject = Subject.Of(face);
        nint block = subject.Alloc(64);
        Pattern.Fill(block, 64, 9);
        foreach (nuint size in new nuint[] { 0, 1, 100, 100_000, 3 << 20, Max })
        {
            Assert.ThrowsAny<ArgumentException>(() => { subject.AlignedAlloc(size, (nuint)alignment); });
            Assert.ThrowsAny<ArgumentException>(() => { subject.AlignedRealloc(0, size, (nuint)alignment); });
            Assert.ThrowsAny<ArgumentException>(() => { subject.AlignedRealloc(block, size, (nuint)alignment); });
        }

        Pattern.Verify(block, 64, 9);
        subject.Free(block);
    }

    [Theory]
    [InlineData(Face.Static)]
    [InlineData(Face.Instance)]
    public void An_alignment_above_4_MiB_gives_an_aligned_block_or_an_exception(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (int shift in new[] { 23, 24, 30, 62, 63 })
        {
            nuint alignment = (nuint)1 << shift;
            nint block = 0;
            Exception? thrown = Record.Exception(() => { block = subject.AlignedAlloc(100, alignment); });
            if (thrown is null)
            {
                Assert.Equal((nuint)0, (nuint)block & (alignment - 1));
                subject.AlignedFree(block);
            }
            else
            {
                Assert.True(thrown is OutOfMemoryException or ArgumentException, thrown.ToString());
            }
        }
    }

    [Theory]
    [InlineData(Face.Static)]
    [InlineData(Face.Instance)]
    public void Size_zero_gives_unique_blocks(Face face)
    {
        using Subject subject = Subject.Of(face);
        nint[] blocks = [.. Enumerable.Range(0, 50).Select(i => subject.AlignedAlloc(0, (nuint)1 << (i % 13)))];
        Assert.True(Overlaps.AllDistinct(blocks));
        blocks[0] = subject.AlignedRealloc(blocks[0], 0, 32);
        Assert.True(Overlaps.AllDistinct(blocks));
        subject.FreeBatch(blocks);
    }

    [Fact]
    public void Realloc_of_an_aligned_block_keeps_the_minimum_alignment()
    {
        foreach (int minimum in new[] { 1, 16, 64, 4096 })
        {
            using var subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MinimumAlignment = minimum });
            nint block = subject.AlignedAlloc(100, 4096);
            foreach (nuint size in new nuint[] { 3000, 70_000, 3 << 20, 50 })
            {
                block = subject.Realloc(block, size);
                Assert.Equal(0, block & (minimum - 1));
            }

            subject.Free(block);
            Whole.Empty(subject.Allocator);
        }
    }
}
