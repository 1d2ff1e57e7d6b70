using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>Statistics, the walk over live blocks, and Trim.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public void A_new_allocator_holds_nothing()
    {
        using Subject subject = Subject.Of(Face.Instance);
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.Equal((0, 0, 0), (statistics.LiveBlocks, statistics.LiveBytes, statistics.InvalidFrees));
        Assert.Equal((0, 0), (statistics.LargeBlocks, statistics.LargeBytes));
        Assert.True(statistics.Chunks <= 1 && statistics.CommittedBytes < 1 << 20, $"Before first use: {statistics}");
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void First_use_of_a_class_takes_one_slab_of_it_alone()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nint block = subject.Alloc(100);
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.Equal((112, 1, 1), ClassOf(statistics.SizeClasses.Single()));
        Assert.Equal((1, 1), (statistics.Chunks, statistics.Slabs));
        Assert.True(statistics.CommittedBytes < 1 << 20, $"One block of 100 bytes commits {statistics.CommittedBytes} bytes.");
        subject.Free(block);

        static (int Size, long Slabs, long Live) ClassOf(SizeClassStatistics c) => (c.BlockSize, c.Slabs, c.LiveBlocks);
    }

    [Fact]
    public void Blocks_and_bytes_are_counted_exactly_at_each_step()
    {
        using Subject subject = Subject.Of(Face.Instance);
        var live = new List<nint>();
        long bytes = 0;
        for (int i = 0; i < 600; i++)
        {
            if (i % 3 == 2)
            {
                bytes -= (long)subject.GetUsableSize(live[i / 3]);
                subject.Free(live[i / 3]);
                live.RemoveAt(i / 3);
            }
            else
            {
                live.Add(subject.Alloc((nuint)(i * i)));
                bytes += (long)subject.GetUsableSize(live[^1]);
            }

            SlabStatistics statistics = subject.Allocator.GetStatistics();
            Assert.Equal((live.Count, bytes), (statistics.LiveBlocks, statistics.LiveBytes));
        }

        Whole.Holds(subject.Allocator, live.Count, bytes);
        subject.FreeBatch([.. live]);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void A_block_freed_by_another_thread_counts_as_free_at_once()
    {
        using Subject subject = Subject.Of(Face.Instance);
        using var other = new Worker();
        var blocks = new Queue<nint>(Enumerable.Range(0, 3000).Select(_ => subject.Alloc(64)));
        while (blocks.Count > 0)
        {
            other.Run(() =>
            {
                for (int i = 0; i < 100; i++)
                {
                    subject.Free(blocks.Dequeue());
                }
            });
            Whole.Holds(subject.Allocator, blocks.Count, blocks.Count * 64);
            other.Run(() => Whole.Holds(subject.Allocator, blocks.Count, blocks.Count * 64));
        }
    }

    [Fact]
    public void The_walk_finds_exactly_the_live_blocks()
    {
        using Subject subject = Subject.Of(Face.Instance);
        using var other = new Worker();
        var live = new Dictionary<nint, nuint>();
        var dead = new List<nint>();
        for (int i = 0; i < 5000; i++)
        {
            nuint size = i % 500 == 0 ? (nuint)(i * 100) : (nuint)(i % 3000);
            nint block = 0;
            if (i % 2 == 0)
            {
                block = subject.Alloc(size);
            }
            else
            {
                other.Run(() => block = subject.Alloc(size));
            }

            if (i % 3 == 0)
            {
                dead.Add(block);
            }
            else
            {
                live.Add(block, subject.GetUsableSize(block));
            }
        }

        subject.FreeBatch([.. dead]);
        AssertWalk(subject.Allocator, live);
        subject.Allocator.Trim();
        AssertWalk(subject.Allocator, live);
        other.Run(() => subject.FreeBatch([.. live.Keys]));
        AssertWalk(subject.Allocator, []);
    }

    [Fact]
    public void Blocks_may_be_freed_during_the_walk()
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (int i = 0; i < 2000; i++)
        {
            subject.Alloc((nuint)(i % 2 == 0 ? 100 : 1000));
        }

        foreach (SlabBlock block in subject.Allocator.EnumerateBlocks())
        {
            subject.Free(block.Address);
        }

        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Trim_gives_back_what_is_not_used_and_says_how_much()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nint[] blocks = [.. Enumerable.Range(0, 40_000).Select(_ => subject.Alloc(1000))];
        Assert.True(subject.Allocator.GetStatistics().CommittedBytes > 40_000_000);
        subject.FreeBatch(blocks.AsSpan(1));
        long before = subject.Allocator.GetStatistics().CommittedBytes;
        var given = (long)subject.Allocator.Trim();
        SlabStatistics after = subject.Allocator.GetStatistics();
        Assert.True(after.CommittedBytes < 8 << 20, $"One block is live, yet {after}");

        // What it says went to the operating system; metadata that is kept for later use is committed no longer, either.
        Assert.InRange(given, 1, before - after.CommittedBytes);
        Whole.Holds(subject.Allocator, 1, 1008);
        Assert.Equal((nuint)0, subject.Allocator.Trim());
        subject.Free(blocks[0]);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Refused_frees_are_counted()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nint keep = subject.Alloc(50);
        nint block = subject.Alloc(50);
        subject.Free(block);
        for (int i = 1; i <= 10; i++)
        {
            Refused.As(InvalidBlockKind.DoubleFree, block, () => subject.Free(block));
            Assert.Equal(i, subject.Allocator.GetStatistics().InvalidFrees);
        }

        Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(block, keep + 1, keep + 8));
        Assert.Equal(13, subject.Allocator.GetStatistics().InvalidFrees);
        subject.Free(keep);
    }

    [Fact]
    public void Equal_options_give_equal_statistics()
    {
        // Records compare by value: a snapshot can be kept and compared.
        using Subject subject = Subject.Of(Face.Instance);
        SlabStatistics one = subject.Allocator.GetStatistics();
        SlabStatistics two = subject.Allocator.GetStatistics();
        Assert.Equal(one with { SizeClasses = two.SizeClasses }, two);
    }

    private static void AssertWalk(SlabAllocator allocator, Dictionary<nint, nuint> expected)
    {
        var found = new Dictionary<nint, nuint>();
        foreach (SlabBlock block in allocator.EnumerateBlocks())
        {
            Assert.True(found.TryAdd(block.Address, block.UsableSize), "A block was found twice.");
        }

        Assert.Equal(expected.Count, found.Count);
        foreach ((nint address, nuint usable) in expected)
        {
            Assert.True(found.TryGetValue(address, out nuint size) && size == usable, "A live block was not found, or with another size.");
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(112)]
    [InlineData(640)]
    [InlineData(5000)]
    [InlineData(32_768)]
    [InlineData(200_000)]
    public void Metadata_is_at_most_a_hundredth_of_what_is_committed(int size)
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (int i = 0; i < (16 << 20) / size; i++)
        {
            subject.Alloc((nuint)size);
        }

        SlabStatistics full = subject.Allocator.GetStatistics();
        Assert.InRange(full.MetadataBytes, full.CommittedBytes / 1000, full.CommittedBytes / 100);
    }
}
