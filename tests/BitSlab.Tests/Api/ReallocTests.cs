using System;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>Realloc, by the cases of the framework's tests of NativeMemory.</summary>
public sealed class ReallocTests
{
    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Realloc_of_null_allocates(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (nuint size in new nuint[] { 0, 1, 100, 10_000, 100_000, 5 << 20 })
        {
            nint block = subject.Realloc(0, size);
            Assert.NotEqual(0, block);
            Assert.True(subject.GetUsableSize(block) >= size);
            Pattern.Fill(block, size, 7);
            Pattern.Verify(block, size, 7);
            subject.Free(block);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Realloc_to_zero_gives_a_unique_block(Face face)
    {
        using Subject subject = Subject.Of(face);
        nint other = subject.Alloc(0);
        nint block = subject.Realloc(subject.Alloc(100), 0);
        nint big = subject.Realloc(subject.Alloc(100_000), 0);
        Assert.True(Overlaps.AllDistinct([other, block, big]));
        subject.FreeBatch(other, block, big);
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Contents_survive_every_change_of_size(Face face)
    {
        using Subject subject = Subject.Of(face);
        nuint[] sizes = [1, 16, 17, 100, 1024, 1025, 4000, 32_768, 32_769, 65_536, 65_537, 200_000, 2 << 20, (2 << 20) + 1, 6 << 20];
        foreach (nuint from in sizes)
        {
            foreach (nuint to in sizes)
            {
                nint block = subject.Alloc(from);
                Pattern.Fill(block, from, 11);
                block = subject.Realloc(block, to);
                Assert.True(subject.GetUsableSize(block) >= to);
                Assert.True(Pattern.Holds(block, from, nuint.Min(from, to), 11), $"Contents lost from {from} to {to} bytes.");
                Pattern.Fill(block, to, 12);
                Pattern.Verify(block, to, 12);
                subject.Free(block);
            }
        }

        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Within_the_usable_size_the_block_stays_where_it_is(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (nuint size in new nuint[] { 1, 100, 1025, 20_000, 40_000, 1 << 20, 3 << 20 })
        {
            nint block = subject.Alloc(size);
            nuint usable = subject.GetUsableSize(block);
            Assert.Equal(block, subject.Realloc(block, usable));
            Assert.Equal(block, subject.Realloc(block, size));
            subject.Free(block);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void A_failed_realloc_leaves_the_old_block_valid(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (nuint size in new nuint[] { 1, 100, 20_000, 40_000, 3 << 20 })
        {
            nint block = subject.Alloc(size);
            Pattern.Fill(block, size, 5);
            foreach (nuint impossible in new[] { nuint.MaxValue, nuint.MaxValue - 4095, nuint.MaxValue / 2 + 1, nuint.MaxValue / 4 * 3 })
            {
                Assert.IsType<OutOfMemoryException>(Record.Exception(() => { subject.Realloc(block, impossible); }));
            }

            Pattern.Verify(block, size, 5);
            Assert.True(subject.GetUsableSize(block) >= size);
            subject.Free(block);
        }
    }

    [Fact]
    public void A_realloc_through_the_static_face_stays_in_its_allocator()
    {
        using var subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MaxManagedBlockSize = 1024 });
        using Subject anyAllocator = Subject.Of(Face.Static);
        nint block = subject.Alloc(10);
        foreach (nuint size in new nuint[] { 500, 2000, 100_000, 3 << 20, 20 })
        {
            block = anyAllocator.Realloc(block, size);
            Whole.Holds(subject.Allocator, 1, (long)subject.GetUsableSize(block));
        }

        anyAllocator.Free(block);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void A_realloc_by_another_thread_moves_the_contents()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nint[] blocks = [.. Enumerable.Range(0, 500).Select(_ => subject.Alloc(60))];
        foreach (nint block in blocks)
        {
            Pattern.Fill(block, 60, Pattern.SeedOf(block));
        }

        nint[] old = [.. blocks];
        Worker.RunOnce(() =>
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i] = subject.Realloc(blocks[i], 600);
            }
        });
        for (int i = 0; i < blocks.Length; i++)
        {
            Assert.True(Pattern.Holds(blocks[i], 60, 60, Pattern.SeedOf(old[i])));
        }

        Assert.Equal(500, subject.Allocator.GetStatistics().LiveBlocks);
        subject.FreeBatch(blocks);
        Whole.Empty(subject.Allocator);
    }
}
