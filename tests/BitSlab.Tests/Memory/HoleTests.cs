using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>Whole pages without a live block go back to the operating system, and the slabs around them stay and serve.</summary>
public sealed class HoleTests
{
    private const long MiB = 1 << 20;

    /// <summary>Block size, blocks per slab, minimum alignment, who frees.</summary>
    public static TheoryData<int, int, int, Freer> Cases
    {
        get
        {
            TheoryData<int, int, int, Freer> cases = [];
            foreach (Freer freer in Enum.GetValues<Freer>())
            {
                foreach (int size in (int[])[16, 48, 100, 512, 1000, 3000, 4096, 5000, 20_000, 32_768])
                {
                    cases.Add(size, 0, 16, freer);
                }

                cases.Add(272, 64, 16, freer);
                cases.Add(5000, 64, 1, freer);
                cases.Add(33, 1024, 1, freer);
                cases.Add(100, 1024, 4096, freer);
                cases.Add(64, 4096, 16, freer);
                cases.Add(1000, 4096, 16, freer);
                cases.Add(32_768, 4096, 4096, freer);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void After_two_ticks_exactly_the_pages_without_a_live_block_are_gone(int size, int blocksPerSlab, int alignment, Freer freer)
    {
        using Subject subject = Ticked(blocksPerSlab, alignment);
        using var owner = new Worker();
        List<nint> live = [];
        SparseSlabs slabs = SparseSlabs.Make(subject, owner, size, freer, live);
        SlabStatistics before = subject.Allocator.GetStatistics();

        subject.Allocator.Tick();
        Assert.Equal(before.ReturnedBytes, subject.Allocator.GetStatistics().ReturnedBytes);
        subject.Allocator.Tick();

        SlabStatistics after = subject.Allocator.GetStatistics();
        long expected = AssertHolesGone(slabs, live);
        Assert.Equal((expected, expected), (after.ReturnedBytes - before.ReturnedBytes, before.CommittedBytes - after.CommittedBytes));
        Assert.Equal(before.LiveBlocks, after.LiveBlocks);
        Assert.All(live, block => Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block)));

        subject.Allocator.Tick();
        Assert.Equal(after.ReturnedBytes, subject.Allocator.GetStatistics().ReturnedBytes);
    }

    [Theory]
    [InlineData(100, Freer.Owner, false)]
    [InlineData(100, Freer.Other, true)]
    [InlineData(3000, Freer.Other, false)]
    [InlineData(3000, Freer.Both, true)]
    [InlineData(20_000, Freer.Owner, true)]
    [InlineData(20_000, Freer.AfterOwnerEnded, false)]
    public void Trim_does_it_at_once_and_says_how_many_bytes(int size, Freer freer, bool byOwner)
    {
        using Subject subject = Ticked();
        using var owner = new Worker();
        List<nint> live = [];
        SparseSlabs slabs = SparseSlabs.Make(subject, owner, size, freer, live);
        SlabStatistics before = subject.Allocator.GetStatistics();
        long given = 0;
        if (byOwner)
        {
            // The owner gives up the slab that it is at.
            owner.Run(() => given = (long)subject.Allocator.Trim());
            slabs.All.Add(slabs.Current);
        }
        else
        {
            given = (long)subject.Allocator.Trim();
        }

        SlabStatistics after = subject.Allocator.GetStatistics();
        long expected = AssertHolesGone(slabs, live);
        Assert.True(expected > 0, "Nothing was there to be purged.");
        Assert.Equal((expected, expected), (given, after.ReturnedBytes - before.ReturnedBytes));
        Assert.Equal(expected, before.CommittedBytes - after.CommittedBytes);
        Assert.Equal((nuint)0, subject.Allocator.Trim());
        Assert.All(live, block => Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_purged_slab_serves_again_with_every_block(int size, int blocksPerSlab, int alignment, Freer freer)
    {
        using Subject subject = Ticked(blocksPerSlab, alignment);
        using var owner = new Worker();
        long atFirst = Idle(subject, owner, size);
        List<nint> live = [];
        SparseSlabs.Make(subject, owner, size, freer, live);
        SlabStatistics sparse = subject.Allocator.GetStatistics();
        subject.Allocator.Tick();
        subject.Allocator.Tick();

        long capacity = sparse.SizeClasses.Single().Capacity;
        using var next = new Worker();
        Worker user = freer == Freer.AfterOwnerEnded ? next : owner;
        user.Run(() =>
        {
            // Whoever ended left the slab that it was at; its heap is adopted, and that slab is one of the ring then.
            while (live.Count < capacity)
            {
                nint block = subject.Alloc((nuint)size);
                Pattern.Fill(block, (nuint)size, Pattern.SeedOf(block));
                live.Add(block);
            }
        });

        SlabStatistics full = subject.Allocator.GetStatistics();
        Assert.Equal((sparse.Slabs, capacity), (full.Slabs, full.LiveBlocks));
        Assert.Equal(sparse.CommittedBytes, full.CommittedBytes);
        Assert.True(Overlaps.AllDistinct(live));
        Assert.All(live, block => Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block)));

        user.Run(() =>
        {
            subject.FreeBatch([.. live]);
            subject.Allocator.Trim();
        });
        Assert.Equal(atFirst, subject.Allocator.GetStatistics().CommittedBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void At_the_limit_the_holes_of_one_class_serve_another(bool ownerSleeps)
    {
        const long Limit = 16 * MiB;
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = Limit, IdleGiveBack = false });
        using var owner = new Worker();
        using var other = new Worker();
        Worker second = ownerSleeps ? other : owner;
        List<nint> blocks = [];
        owner.Run(() => blocks = FillUp(subject, 500));
        int atFirst = blocks.Count;
        List<nint> live = [.. blocks.Where((_, i) => i % 100 == 0)];
        subject.FreeBatch([.. blocks.Except(live)]);

        // Twelve of each slab's sixteen pages or more have no live block.
        List<nint> others = [];
        second.Run(() => others = FillUp(subject, 2000));
        Assert.True(others.Count * 2000L > Limit / 10 * 7, $"Only {others.Count} blocks of 2,000 bytes found room in the holes.");
        AssertWithin(subject, Limit);

        // The purged slabs cannot be had while their memory is the other class's, and can be when that is freed.
        owner.Run(() => Assert.True(FillUp(subject, 500, live).Count < atFirst / 2, "Blocks of the same bytes were given twice."));
        AssertWithin(subject, Limit);
        Assert.All(others, block => Pattern.Verify(block, 2000, Pattern.SeedOf(block)));
        subject.FreeBatch([.. others]);
        owner.Run(() => FillUp(subject, 500, live));
        Assert.True(live.Count >= atFirst - 200, $"{atFirst} blocks fitted at first, {live.Count} in the end.");
        AssertWithin(subject, Limit);
        Assert.True(Overlaps.AllDistinct(live));
        Assert.All(live, block => Pattern.Verify(block, 500, Pattern.SeedOf(block)));
    }

    [Fact]
    public void At_the_limit_a_slab_without_holes_serves_before_one_that_needs_permits()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 4 * MiB, IdleGiveBack = false });
        using var other = new Worker();
        List<nint> blocks = FillUp(subject, 500);
        nint[] ofFirst = [.. blocks.Where(block => SlabOf.Block(block) == SlabOf.Block(blocks[0]))];
        subject.FreeBatch(ofFirst.AsSpan(1));
        other.Run(() => subject.Allocator.Trim());
        other.Run(() => Assert.NotEmpty(FillUp(subject, 16)));

        nint last = blocks[ofFirst.Length];
        subject.Free(last);
        Assert.True(subject.TryAlloc(500, out nint again), "The one free block that needs no permit was passed over.");
        Assert.Equal(last, again);
        Assert.False(subject.TryAlloc(500, out _));
    }

    [Theory]
    [InlineData(1000, Freer.Owner)]
    [InlineData(1000, Freer.Other)]
    [InlineData(20_000, Freer.Both)]
    public void Each_page_counts_once_as_returned_though_its_slab_goes_later(int size, Freer freer)
    {
        using Subject subject = Ticked();
        using var owner = new Worker();
        List<nint> live = [];
        SparseSlabs slabs = SparseSlabs.Make(subject, owner, size, freer, live);
        subject.Allocator.Tick();
        subject.Allocator.Tick();
        subject.FreeBatch([.. live]);
        owner.Run(() => subject.Allocator.Trim());
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.Equal(0, statistics.Slabs);
        Assert.Equal((slabs.All.Count + 1) * slabs.Current.Bytes, statistics.ReturnedBytes);
    }

    [Fact]
    public void Reset_with_holes_leaves_an_exact_account()
    {
        using Subject subject = Ticked();
        using var owner = new Worker();
        long atFirst = Idle(subject, owner, 1000);
        for (int round = 0; round < 4; round++)
        {
            SparseSlabs.Make(subject, owner, 1000, Freer.Both, []);
            if (round % 2 == 0)
            {
                subject.Allocator.Tick();
                subject.Allocator.Tick();
            }
            else
            {
                subject.Allocator.Trim();
            }

            subject.Allocator.Reset();
            subject.Allocator.Trim();
            Assert.Equal(atFirst, subject.Allocator.GetStatistics().CommittedBytes);
        }

        owner.Run(() => Whole.Empty(subject.Allocator));
    }

    [Fact]
    public void Dispose_with_holes_leaves_an_exact_account()
    {
        using var parent = new SlabAllocator();
        for (int round = 0; round < 4; round++)
        {
            using var owner = new Worker();
            using (Subject child = Subject.Of(parent.CreateChild(new SlabAllocatorOptions { IdleGiveBack = false })))
            {
                SparseSlabs.Make(child, owner, 1000, Freer.Both, []);
                child.Allocator.Tick();
                child.Allocator.Tick();
                Assert.Equal(child.Allocator.GetStatistics().CommittedBytes, parent.GetStatistics().ChildBytes);
            }

            Assert.Equal(0, parent.GetStatistics().ChildBytes);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3000)]
    public void What_is_in_use_between_any_two_ticks_keeps_its_pages(int size)
    {
        using Subject subject = Ticked();
        List<nint> kept = [];
        SparseSlabs.Make(subject, null, size, Freer.Owner, kept);
        long capacity = subject.Allocator.GetStatistics().SizeClasses.Single().Capacity;
        long before = subject.Allocator.GetStatistics().ReturnedBytes;
        for (int round = 0; round < 8; round++)
        {
            nint[] blocks = [.. Enumerable.Range(0, (int)capacity - kept.Count).Select(_ => subject.Alloc((nuint)size))];
            subject.FreeBatch(blocks);
            subject.Allocator.Tick();
            Assert.Equal(before, subject.Allocator.GetStatistics().ReturnedBytes);
        }

        // And once it is not in use the same pages go.
        subject.Allocator.Tick();
        Assert.True(subject.Allocator.GetStatistics().ReturnedBytes > before);
    }

    // Ticked by the test alone: the process's timer leaves such an allocator out.
    private static Subject Ticked(int blocksPerSlab = 0, int alignment = 16) => Subject.Of(Face.Instance,
        new SlabAllocatorOptions { IdleGiveBack = false, BlocksPerSlab = blocksPerSlab, MinimumAlignment = alignment, HugePages = HugePages.Off });

    // What an allocator holds whose owner was there and has nothing.
    private static long Idle(Subject subject, Worker owner, int size)
    {
        owner.Run(() =>
        {
            subject.Free(subject.Alloc((nuint)size));
            subject.Allocator.Trim();
        });
        return subject.Allocator.GetStatistics().CommittedBytes;
    }

    // The bytes that are to be gone; those with live blocks are resident.
    private static long AssertHolesGone(SparseSlabs slabs, List<nint> live)
    {
        long bytes = 0;
        foreach (SlabOf slab in slabs.All)
        {
            List<nint> holes = slab.PagesWithout(live);
            Assert.All(holes, page => Assert.False(Pages.IsResident(page), "A page without a live block is resident."));
            bytes += (long)holes.Count * Pages.Size;
        }

        return bytes;
    }

    private static List<nint> FillUp(Subject subject, int size, List<nint>? into = null)
    {
        List<nint> blocks = into ?? [];
        while (subject.TryAlloc((nuint)size, out nint block))
        {
            Pattern.Fill(block, (nuint)size, Pattern.SeedOf(block));
            blocks.Add(block);
        }

        return blocks;
    }

    private static void AssertWithin(Subject subject, long limit)
    {
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Whole.Consistent(statistics);
        Assert.True(statistics.CommittedBytes <= limit, $"Above the limit of {limit}: {statistics}");
    }
}
