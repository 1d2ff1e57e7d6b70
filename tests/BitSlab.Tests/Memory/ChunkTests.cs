using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>Chunks and slabs come when they are needed and go back when they are empty, all but one.</summary>
public sealed class ChunkTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public void A_lone_block_does_not_make_and_free_a_chunk_each_time(int size)
    {
        // The original's fault. A chunk that went with the block would show as none after the free.
        using Subject subject = Subject.Of(Face.Instance);
        subject.Free(subject.Alloc((nuint)size));
        for (int i = 0; i < 2000; i++)
        {
            nint block = subject.Alloc((nuint)size);
            Assert.Equal(1, subject.Allocator.GetStatistics().Chunks);
            subject.Free(block);
            SlabStatistics statistics = subject.Allocator.GetStatistics();
            Assert.Equal((1, 0), (statistics.Chunks, statistics.LiveBlocks));
        }
    }

    [Fact]
    public void A_queue_that_fills_and_drains_once_keeps_one_empty_chunk_only()
    {
        using Subject subject = Subject.Of(Face.Instance);
        SlabStatistics drained = FillAndDrain(subject);
        Assert.InRange(drained.Chunks, 1, 2); // the one with the slab that is current, and the one that is kept
        Assert.True(drained.CommittedBytes < 8 * MiB, $"Drained: {drained}");
    }

    [Fact]
    public void What_is_wanted_again_is_kept_until_it_lay_idle()
    {
        using Subject subject = Subject.Of(Face.Instance);
        FillAndDrain(subject);
        for (int round = 0; round < 6; round++)
        {
            // In use between any two ticks: nothing of it goes.
            SlabStatistics drained = FillAndDrain(subject);
            Assert.True(drained.Chunks >= 7 && drained.CommittedBytes > 24 * MiB, $"Round {round}: {drained}");
            subject.Allocator.Tick();
        }

        // Idle since the last tick.
        subject.Allocator.Tick();
        SlabStatistics idle = subject.Allocator.GetStatistics();
        Assert.InRange(idle.Chunks, 1, 2);
        Assert.True(idle.CommittedBytes < 8 * MiB, $"Idle: {idle}");

        // And what it learned is forgotten.
        SlabStatistics once = FillAndDrain(subject);
        Assert.InRange(once.Chunks, 1, 2);
    }

    [Fact]
    public void A_part_that_lay_idle_goes_and_the_part_in_use_stays()
    {
        using Subject subject = Subject.Of(Face.Instance);
        FillAndDrain(subject);
        FillAndDrain(subject);
        subject.Allocator.Tick();
        SlabStatistics part = FillAndDrain(subject, events: 30_000);
        Assert.True(part.Chunks >= 7, $"Before the tick: {part}");
        subject.Allocator.Tick();
        SlabStatistics after = subject.Allocator.GetStatistics();
        Assert.InRange(after.Chunks, 3, 5);
        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(640)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    public void Chunks_follow_what_is_live_in_any_order_of_frees(int size)
    {
        Needs.Pages();
        using Subject subject = Subject.Of(Face.Instance);
        var random = new System.Random(1);
        nint[] blocks = [.. Enumerable.Range(0, (int)(40 * MiB / size)).Select(_ => subject.Alloc((nuint)size))];
        Assert.True(subject.Allocator.GetStatistics().Chunks >= 9);
        random.Shuffle(blocks);
        subject.FreeBatch(blocks);
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.InRange(statistics.Chunks, 1, 2); // the one with the slab that is current, and the one that is kept
        Assert.True(statistics.CommittedBytes < 8 * MiB, $"Nothing lives: {statistics}");
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Trim_gives_the_last_chunk_back_too()
    {
        using Subject subject = Subject.Of(Face.Instance);
        subject.FreeBatch([.. Enumerable.Range(0, 10_000).Select(i => subject.Alloc((nuint)(i % 1000)))]);
        subject.Allocator.Trim();
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.Equal((0, 0), (statistics.Chunks, statistics.Slabs));
        Assert.True(statistics.CommittedBytes < MiB, $"Trimmed: {statistics}");
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void One_block_of_each_slab_keeps_it_and_the_rest_can_be_had_again()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nint[] blocks = [.. Enumerable.Range(0, 50_000).Select(_ => subject.Alloc(256))];
        SlabStatistics full = subject.Allocator.GetStatistics();
        subject.FreeBatch([.. blocks.Where((_, i) => i % 200 != 0)]);
        SlabStatistics sparse = subject.Allocator.GetStatistics();
        Assert.Equal(250, sparse.LiveBlocks);
        nint[] again = [.. Enumerable.Range(0, 49_000).Select(_ => subject.Alloc(256))];
        Assert.True(Overlaps.AllDistinct([.. again, .. blocks.Where((_, i) => i % 200 == 0)]));
        Assert.True(subject.Allocator.GetStatistics().Chunks <= full.Chunks, "Freed blocks were not used again.");
    }

    [Fact]
    public void Classes_share_the_slices_of_a_chunk_as_they_come_and_go()
    {
        // What one class frees serves another: sixty classes in turn, of which each alone would take a chunk.
        using Subject subject = Subject.Of(Face.Instance);
        var kept = new List<nint>();
        for (int size = 16; size <= 960; size += 16)
        {
            nint[] blocks = [.. Enumerable.Range(0, (int)(3 * MiB / size)).Select(_ => subject.Alloc((nuint)size))];
            kept.Add(blocks[0]);
            subject.FreeBatch(System.MemoryExtensions.AsSpan(blocks, 1));
            Assert.True(subject.Allocator.GetStatistics().Chunks <= 3);
        }

        subject.FreeBatch([.. kept]);
        Whole.Empty(subject.Allocator);
    }

    private static SlabStatistics FillAndDrain(Subject subject, int events = 60_000)
    {
        nint[] blocks = [.. Enumerable.Range(0, events).Select(_ => subject.Alloc(512))];
        SlabStatistics full = subject.Allocator.GetStatistics();
        Assert.InRange(full.Chunks, events * 512L / (4 * MiB), 12);
        foreach (nint block in blocks)
        {
            subject.Free(block);
        }

        return subject.Allocator.GetStatistics();
    }
}
