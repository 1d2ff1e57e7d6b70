using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>MemoryLimit: what is refused, that everything goes on, and that freed memory serves again.</summary>
public sealed class LimitTests
{
    private const long MiB = 1 << 20;

    public static TheoryData<int, bool> Sizes => new()
    {
        { 100, false }, { 1000, false }, { 20_000, false }, { 100_000, false }, { 3 << 20, false }, { 100_000, true },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void At_the_limit_allocation_is_refused_and_works_again_after_frees(int size, bool malloc)
    {
        const long Limit = 32 * MiB;
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = Limit, UseMallocForLarge = malloc });
        List<nint> blocks = FillUp(subject, size, out SlabMemoryLimitException thrown);
        Assert.Equal((Limit, size), (thrown.Limit, thrown.RequestedBytes));
        Assert.True((long)blocks.Count * size > Limit / 2, $"Only {blocks.Count} blocks of {size} bytes fit {Limit} bytes.");
        AssertWithin(subject, Limit);
        Assert.False(subject.TryAlloc((nuint)size, out nint none));
        Assert.Equal(0, none);
        Assert.Throws<SlabMemoryLimitException>(() => subject.AllocZeroed((nuint)size));
        Assert.Throws<SlabMemoryLimitException>(() => subject.AlignedAlloc((nuint)size, 64));
        Assert.Throws<SlabMemoryLimitException>(() => subject.Realloc(0, (nuint)size));
        Verify(blocks, size);

        for (int round = 0; round < 3; round++)
        {
            int before = blocks.Count;
            for (int i = 0; i < before / 2; i++)
            {
                subject.Free(blocks[^1]);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.AddRange(FillUp(subject, size, out _, (uint)blocks.Count));
            Assert.True(blocks.Count >= before, $"{before} blocks fitted before half of them was freed, then {blocks.Count}.");
            Verify(blocks, size);
            AssertWithin(subject, Limit);
        }

        subject.FreeBatch([.. blocks]);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Other_classes_get_what_one_class_freed()
    {
        const long Limit = 16 * MiB;
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = Limit });
        foreach (int size in new[] { 16, 1000, 30_000, 500_000, 5 << 20, 64, 2000 })
        {
            List<nint> blocks = FillUp(subject, size, out _);
            Assert.True((long)blocks.Count * size > Limit / 2, $"Only {blocks.Count} blocks of {size} bytes fit {Limit} bytes.");
            AssertWithin(subject, Limit);
            subject.FreeBatch([.. blocks]);
        }

        // Sizes far above 1 KiB first: nothing of them may be left in the way of the whole limit.
        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void A_failed_realloc_at_the_limit_leaves_the_block()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 8 * MiB });
        nint small = subject.Alloc(500);
        Pattern.Fill(small, 500, 1);
        nint large = subject.Alloc(200_000);
        Pattern.Fill(large, 200_000, 2);
        List<nint> rest = FillUp(subject, 1000, out _);
        Assert.Throws<SlabMemoryLimitException>(() => subject.Realloc(small, 300_000));
        SlabMemoryLimitException thrown = Assert.Throws<SlabMemoryLimitException>(() => subject.Realloc(large, 20 << 20));
        Assert.Equal(20 << 20, thrown.RequestedBytes);
        Assert.Throws<SlabMemoryLimitException>(() => subject.AlignedRealloc(large, 10 << 20, 4096));
        Pattern.Verify(small, 500, 1);
        Pattern.Verify(large, 200_000, 2);
        subject.FreeBatch([small, large, .. rest]);
        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void A_limit_of_one_byte_refuses_everything()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 1 });
        foreach (nuint size in new nuint[] { 0, 1, 1000, 100_000, 10 << 20 })
        {
            SlabMemoryLimitException thrown = Assert.Throws<SlabMemoryLimitException>(() => subject.Alloc(size));
            Assert.Equal((1, (long)size), (thrown.Limit, thrown.RequestedBytes));
            Assert.False(subject.TryAlloc(size, out _));
        }

        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void A_limit_below_one_chunk_serves_what_fits()
    {
        // A chunk is address space; what counts is what is committed of it.
        const long Limit = MiB;
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = Limit });
        List<nint> blocks = FillUp(subject, 1000, out _);
        Assert.True(blocks.Count * 1000L > Limit / 2, $"Only {blocks.Count} blocks of 1,000 bytes fit a mebibyte.");
        AssertWithin(subject, Limit);
        subject.FreeBatch([.. blocks]);
        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void A_limit_of_exactly_what_some_slabs_take_serves_exactly_those(int slabs)
    {
        long needed;
        int count = 0;
        using (Subject measured = Subject.Of(Face.Instance))
        {
            measured.Alloc(256);
            long capacity = measured.Allocator.GetStatistics().SizeClasses.Single().Capacity;
            for (count = 1; count < capacity * slabs; count++)
            {
                measured.Alloc(256);
            }

            Assert.Equal(slabs, measured.Allocator.GetStatistics().Slabs);
            needed = measured.Allocator.GetStatistics().CommittedBytes;
        }

        using Subject exact = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = needed });
        List<nint> blocks = FillUp(exact, 256, out _);
        Assert.Equal(count, blocks.Count);
        Assert.Equal(needed, exact.Allocator.GetStatistics().CommittedBytes);

        // One byte less, and the last slab does not fit.
        using Subject less = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = needed - 1 });
        Assert.Equal(count / slabs * (slabs - 1), FillUp(less, 256, out _).Count);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(3 << 20)]
    public void Another_threads_frees_make_room(int size)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 24 * MiB });
        using var owner = new Worker();
        int before = 0;
        for (int round = 0; round < 3; round++)
        {
            List<nint> blocks = [];
            owner.Run(() => blocks = FillUp(subject, size, out _));
            Assert.True(blocks.Count >= before, $"{before} blocks fitted in the last round, {blocks.Count} now.");
            before = blocks.Count;
            Worker.RunOnce(() => blocks.ForEach(subject.Free));
        }

        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(1000, true)]
    [InlineData(20_000, false)]
    [InlineData(20_000, true)]
    public void What_one_thread_filled_and_freed_serves_another(int size, bool freedByOther)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 24 * MiB });
        using var sleeper = new Worker();
        List<nint> blocks = [];
        sleeper.Run(() => blocks = FillUp(subject, size, out _));
        int all = blocks.Count;
        if (freedByOther)
        {
            blocks.ForEach(subject.Free);
        }
        else
        {
            sleeper.Run(() => blocks.ForEach(subject.Free));
        }

        // The sleeper may hold on to the slab that it was at, of each class; not to the rest.
        blocks = FillUp(subject, size, out _);
        Assert.True(blocks.Count >= all * 3 / 4, $"{all} blocks fitted the sleeper, {blocks.Count} fit after it.");
        subject.FreeBatch([.. blocks]);
        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void Room_that_others_freed_is_found_by_many_threads_at_once()
    {
        // Each of the four wants a tenth of the limit, all at the same moment; nothing else is live. None may be refused because
        // another is just reclaiming.
        const int Threads = 4;
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 24 * MiB });
        using var sleeper = new Worker();
        for (int round = 0; round < 40; round++)
        {
            List<nint> blocks = [];
            sleeper.Run(() => blocks = FillUp(subject, 1000, out _));
            subject.FreeBatch([.. blocks]);
            Crowd.Run(Threads, _ =>
            {
                var mine = new nint[2400];
                for (int i = 0; i < mine.Length; i++)
                {
                    mine[i] = subject.Alloc(1000);
                }

                subject.FreeBatch(mine);
            });
        }

        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void Threads_that_end_give_room_to_the_next()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 16 * MiB });
        int before = 0;
        for (int round = 0; round < 10; round++)
        {
            Worker.RunOnce(() =>
            {
                List<nint> blocks = FillUp(subject, 800, out _);
                Assert.True(blocks.Count >= before, $"{before} blocks fitted the last thread, {blocks.Count} this one.");
                before = blocks.Count;
                blocks.ForEach(subject.Free);
            });
        }

        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void The_limits_of_two_allocators_are_apart()
    {
        using Subject a = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 4 * MiB });
        using Subject b = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 8 * MiB });
        int ofA = FillUp(a, 500, out _).Count;
        int ofB = FillUp(b, 500, out _).Count;
        Assert.True(ofB > ofA * 3 / 2);
        a.Allocator.Reset();
        Assert.False(b.TryAlloc(500, out _));
        Assert.True(FillUp(a, 500, out _).Count >= ofA);
        b.Allocator.Reset();
        Whole.Empty(b.Allocator);
    }

    private static List<nint> FillUp(Subject subject, int size, out SlabMemoryLimitException thrown, uint firstSeed = 0)
    {
        var blocks = new List<nint>();
        try
        {
            while (true)
            {
                nint block = subject.Alloc((nuint)size);
                Pattern.Fill(block, (nuint)size, firstSeed + (uint)blocks.Count);
                blocks.Add(block);
                Assert.True((long)blocks.Count * size < 256 * MiB, "No limit is in force.");
            }
        }
        catch (SlabMemoryLimitException e)
        {
            thrown = e;
        }

        return blocks;
    }

    private static void Verify(List<nint> blocks, int size)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            Pattern.Verify(blocks[i], (nuint)size, (uint)i);
        }
    }

    private static void AssertWithin(Subject subject, long limit)
    {
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Whole.Consistent(statistics);
        Assert.True(statistics.CommittedBytes <= limit, $"Above the limit of {limit}: {statistics}");
    }
}
