using System.Collections.Generic;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>Blocks above the managed maximum: slices of a chunk, straight from the operating system, or from malloc.</summary>
public sealed class LargeBlockTests
{
    private static readonly nuint[] Sizes =
    [
        32_769, 40_000, 65_535, 65_536, 65_537, 131_072, 200_000, 1 << 20, (1 << 20) + 1, (2 << 20) - 1, 2 << 20, (2 << 20) + 1,
        3 << 20, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 10_000_000, 64 << 20,
    ];

    [Theory]
    [InlineData(Face.Static, false)]
    [InlineData(Face.Instance, false)]
    [InlineData(Face.Instance, true)]
    [InlineData(Face.Handle, false)]
    [InlineData(Face.Handle, true)]
    public void Large_blocks_of_all_sizes_hold_their_contents(Face face, bool malloc)
    {
        using Subject subject = Subject.Of(face, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        var blocks = new List<(nint Address, nuint Size)>();
        for (int round = 0; round < 2; round++)
        {
            foreach (nuint size in Sizes)
            {
                nint block = subject.Alloc(size);
                Assert.Equal(0, block % 16);
                Assert.True(subject.GetUsableSize(block) >= size);
                Pattern.Fill(block, size, (uint)blocks.Count);
                blocks.Add((block, size));
            }
        }

        Assert.Null(Overlaps.Find([.. blocks]));
        for (int i = 0; i < blocks.Count; i++)
        {
            Pattern.Verify(blocks[i].Address, blocks[i].Size, (uint)i);
            subject.Free(blocks[i].Address);
        }

        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Large_blocks_are_counted(bool malloc)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        nint small = subject.Alloc(32_768);
        long smallBytes = (long)subject.GetUsableSize(small);
        var blocks = new List<nint>();
        long bytes = 0;
        foreach (nuint size in Sizes)
        {
            blocks.Add(subject.Alloc(size));
            bytes += (long)subject.GetUsableSize(blocks[^1]);
            SlabStatistics statistics = subject.Allocator.GetStatistics();
            Assert.Equal((blocks.Count, bytes), (statistics.LargeBlocks, statistics.LargeBytes));
            Assert.Equal((blocks.Count + 1, bytes + smallBytes), (statistics.LiveBlocks, statistics.LiveBytes));
            Assert.True(statistics.ReservedBytes > 0);
            Whole.Consistent(statistics);
        }

        Whole.Holds(subject.Allocator, blocks.Count + 1, bytes + smallBytes);
        subject.FreeBatch([.. blocks]);
        Whole.Holds(subject.Allocator, 1, smallBytes);
        subject.Free(small);
        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [InlineData(Face.Static, false)]
    [InlineData(Face.Instance, false)]
    [InlineData(Face.Instance, true)]
    public void Large_blocks_are_reallocated_with_their_contents(Face face, bool malloc)
    {
        using Subject subject = Subject.Of(face, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        nint neighbour = subject.Alloc(100_000);
        Pattern.Fill(neighbour, 100_000, 1);
        nint block = subject.Alloc(40_000);
        nuint previous = 40_000;
        Pattern.Fill(block, previous, 2);
        foreach (nuint size in new nuint[] { 50_000, 300_000, 5 << 20, 9 << 20, 64 << 20, 8 << 20, 2 << 20, 70_000, 33_000, 100, 32_769 })
        {
            block = subject.Realloc(block, size);
            Assert.True(subject.GetUsableSize(block) >= size);
            Assert.True(Pattern.Holds(block, previous, nuint.Min(previous, size), 2), $"Contents lost from {previous} to {size} bytes.");
            Pattern.Fill(block, size, 2);
            previous = size;
        }

        Pattern.Verify(neighbour, 100_000, 1);
        subject.FreeBatch(neighbour, block);
        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
        }
    }

    [Fact]
    public void A_shrunk_large_block_gives_memory_back()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nint block = subject.Alloc(64 << 20);
        block = subject.Realloc(block, 100_000);
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.True(statistics.LiveBytes < 8 << 20, $"A block shrunk from 64 MiB to 100,000 bytes still counts {statistics.LiveBytes}.");
        subject.Free(block);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void The_memory_of_large_blocks_goes_back()
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (int round = 0; round < 20; round++)
        {
            var blocks = new List<nint>();
            foreach (nuint size in Sizes)
            {
                blocks.Add(subject.Alloc(size));
            }

            subject.FreeBatch([.. blocks]);
        }

        subject.Allocator.Trim();
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.True(statistics.CommittedBytes < 8 << 20, $"Nothing is live, yet {statistics}");
        Assert.True(statistics.Chunks <= 1, $"Nothing is live, yet {statistics}");
    }

    [Fact]
    public void The_managed_maximum_is_where_large_blocks_begin()
    {
        foreach (int maximum in new[] { 64, 1024, 4096, 32_768 })
        {
            using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MaxManagedBlockSize = maximum });
            nint managed = subject.Alloc((nuint)maximum);
            Assert.Equal(0, subject.Allocator.GetStatistics().LargeBlocks);
            nint large = subject.Alloc((nuint)maximum + 1);
            Assert.Equal(1, subject.Allocator.GetStatistics().LargeBlocks);
            subject.FreeBatch(managed, large);
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Large_blocks_may_be_freed_by_another_thread(bool malloc)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        var blocks = new List<nint>();
        foreach (nuint size in Sizes)
        {
            nint block = subject.Alloc(size);
            Pattern.Fill(block, size, 4);
            blocks.Add(block);
        }

        Worker.RunOnce(() =>
        {
            for (int i = 0; i < Sizes.Length; i++)
            {
                Pattern.Verify(blocks[i], Sizes[i], 4);
                subject.Free(blocks[i]);
            }
        });
        Whole.Empty(subject.Allocator);
    }
}
