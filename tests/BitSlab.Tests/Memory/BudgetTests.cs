using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>Children share their parent's budget, and nothing else.</summary>
public sealed class BudgetTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(100, false)]
    [InlineData(20_000, false)]
    [InlineData(100_000, false)]
    [InlineData(3 << 20, false)]
    [InlineData(100_000, true)]
    public void The_limits_of_parent_and_child_both_hold_and_a_refusal_names_the_one_that_refused(int size, bool malloc)
    {
        using SlabAllocator parent = Named("tenant", 24 * MiB);
        using Subject small = Subject.Of(parent.CreateChild(new() { Name = "small", MemoryLimit = 8 * MiB, UseMallocForLarge = malloc }));
        using Subject free = Subject.Of(parent.CreateChild(new() { Name = "free", UseMallocForLarge = malloc }));
        List<nint> ofSmall = FillUp(small, size, out SlabMemoryLimitException thrown);
        AssertNames(thrown, "small", 8 * MiB);
        List<nint> ofFree = FillUp(free, size, out thrown);
        AssertNames(thrown, "tenant", 24 * MiB);
        Assert.InRange((long)ofSmall.Count * size, 4 * MiB, 8 * MiB);
        Assert.InRange((long)ofFree.Count * size, 10 * MiB, 24 * MiB);
        AssertSum(parent, small.Allocator, free.Allocator);

        // Now the parent has less room than the child.
        small.Free(ofSmall[^1]);
        using Subject own = Subject.Of(parent);
        List<nint> ofParent = FillUp(own, size, out thrown);
        AssertNames(thrown, "tenant", 24 * MiB);
        Assert.All(ofSmall.SkipLast(1), block => Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block)));
        Assert.All(ofFree.Concat(ofParent), block => Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block)));
        small.Dispose();
        free.Dispose();
    }

    [Fact]
    public void Grandchildren_count_on_every_level()
    {
        using SlabAllocator root = Named("root", 16 * MiB);
        using SlabAllocator middle = root.CreateChild(new() { Name = "middle", MemoryLimit = 12 * MiB });
        using Subject leaf = Subject.Of(middle.CreateChild(new() { Name = "leaf" }));
        Assert.Equal((null, root, middle), (root.Parent, middle.Parent, leaf.Allocator.Parent));

        List<nint> blocks = FillUp(leaf, 1000, out SlabMemoryLimitException thrown);
        AssertNames(thrown, "middle", 12 * MiB);
        AssertSum(middle, leaf.Allocator);
        AssertSum(root, middle);
        using Subject ofRoot = Subject.Of(root.CreateChild(new() { Name = "uncle" }));
        List<nint> others = FillUp(ofRoot, 1000, out thrown);
        AssertNames(thrown, "root", 16 * MiB);
        AssertSum(root, middle, ofRoot.Allocator);
        leaf.FreeBatch([.. blocks]);
        ofRoot.FreeBatch([.. others]);
        leaf.Dispose();
        middle.Dispose();
        ofRoot.Dispose();
        Assert.Equal(0, root.GetStatistics().ChildBytes);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void What_one_child_filled_and_freed_another_gets(bool ownerSleeps, bool freedByOther)
    {
        using SlabAllocator parent = Named("parent", 24 * MiB);
        using Subject one = Subject.Of(parent.CreateChild());
        using Subject two = Subject.Of(parent.CreateChild());
        using var owner = new Worker();
        using var freer = new Worker();
        using var next = new Worker();
        List<nint> blocks = [];
        owner.Run(() => blocks = FillUp(one, 1000, out _));
        int atFirst = blocks.Count;
        (freedByOther ? freer : owner).Run(() => one.FreeBatch([.. blocks]));
        (ownerSleeps ? next : owner).Run(() => blocks = FillUp(two, 1000, out _));

        // But for the heap and the slab that the owner is at.
        Assert.True(blocks.Count >= atFirst - 1000, $"{atFirst} blocks fitted the one, {blocks.Count} the other.");
        AssertSum(parent, one.Allocator, two.Allocator);
    }

    [Fact]
    public void A_parent_with_children_is_not_disposed_and_is_as_it_was()
    {
        SlabAllocator parent = Named("parent", 24 * MiB);
        using Subject own = Subject.Of(parent);
        Subject child = Subject.Of(parent.CreateChild());
        nint block = own.Alloc(100);
        nint ofChild = child.Alloc(100);
        SlabStatistics before = parent.GetStatistics();
        for (int i = 0; i < 2; i++)
        {
            InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(parent.Dispose);
            Assert.IsNotType<ObjectDisposedException>(thrown);
            Assert.Contains("parent", thrown.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before with { SizeClasses = [] }, parent.GetStatistics() with { SizeClasses = [] });
        own.Free(block);
        child.Free(ofChild);
        Whole.Empty(parent);
        Whole.Empty(child.Allocator);
        child.Dispose();
        parent.Dispose();
        Assert.Throws<ObjectDisposedException>(parent.GetStatistics);
        parent.Dispose();
    }

    [Fact]
    public void Reset_of_the_parent_leaves_the_childrens_blocks()
    {
        using SlabAllocator parent = Named("parent", 24 * MiB);
        using Subject own = Subject.Of(parent);
        using Subject child = Subject.Of(parent.CreateChild());
        nint[] blocks = [.. Enumerable.Range(0, 3000).Select(i => Filled(child, 16 + i))];
        FillUp(own, 1000, out _);
        long ofChild = child.Allocator.GetStatistics().CommittedBytes;
        parent.Reset();
        Whole.Holds(parent, 0, 0);
        Assert.Equal(ofChild, parent.GetStatistics().ChildBytes);
        FillUp(own, 500, out _);
        for (int i = 0; i < blocks.Length; i++)
        {
            Pattern.Verify(blocks[i], (nuint)(16 + i), Pattern.SeedOf(blocks[i]));
        }

        child.FreeBatch(blocks);
        parent.Reset();
        Whole.Empty(child.Allocator);
        child.Dispose();
    }

    [Fact]
    public void Reset_and_disposal_of_a_child_return_its_budget()
    {
        using SlabAllocator parent = Named("parent", 16 * MiB);
        long atFirst = parent.GetStatistics().CommittedBytes;
        int before = 0;
        for (int round = 0; round < 6; round++)
        {
            using Subject child = Subject.Of(parent.CreateChild());
            Worker.RunOnce(() => child.Alloc(3 << 20));
            int blocks = FillUp(child, 700, out _).Count;
            Assert.True(blocks >= before, $"{before} blocks fitted the last child, {blocks} this one.");
            before = blocks;
            if (round % 2 == 0)
            {
                child.Allocator.Reset();
                Assert.True(FillUp(child, 700, out _).Count >= before);
            }

            child.Dispose();
            Assert.Equal((atFirst, 0), (parent.GetStatistics().CommittedBytes, parent.GetStatistics().ChildBytes));
        }
    }

    [Fact]
    public void Trim_of_the_parent_trims_its_descendants()
    {
        Needs.Pages();
        using SlabAllocator parent = Named("parent", 64 * MiB);
        using SlabAllocator middle = parent.CreateChild(new() { IdleGiveBack = false });
        using Subject leaf = Subject.Of(middle.CreateChild(new() { IdleGiveBack = false }));
        using SlabAllocator stranger = new(new() { IdleGiveBack = false });
        using Subject other = Subject.Of(stranger);
        foreach (Subject each in (Subject[])[leaf, other])
        {
            nint[] blocks = [.. Enumerable.Range(0, 10_000).Select(_ => Filled(each, 1000))];
            each.FreeBatch([.. blocks.Where((_, i) => i % 30 != 0)]);
        }

        long before = leaf.Allocator.GetStatistics().ReturnedBytes;
        long strangers = stranger.GetStatistics().ReturnedBytes;
        long given = (long)parent.Trim();
        Assert.True(given > 4 * MiB, $"{given} bytes were given back.");
        Assert.Equal(given, leaf.Allocator.GetStatistics().ReturnedBytes - before);
        Assert.Equal(strangers, stranger.GetStatistics().ReturnedBytes);
        leaf.Dispose();
        middle.Dispose();
    }

    [Fact]
    public void The_shared_allocator_may_have_children()
    {
        long before = SlabAllocator.Shared.GetStatistics().ChildBytes;
        using Subject child = Subject.Of(SlabAllocator.Shared.CreateChild(new() { MemoryLimit = 4 * MiB }));
        Assert.Same(SlabAllocator.Shared, child.Allocator.Parent);
        FillUp(child, 1000, out SlabMemoryLimitException thrown);
        Assert.Equal(4 * MiB, thrown.Limit);
        Assert.True(SlabAllocator.Shared.GetStatistics().ChildBytes >= before + (3 * MiB));
    }

    [Fact]
    public void A_child_that_was_not_made_does_not_count()
    {
        SlabAllocator parent = Named("parent", 8 * MiB);
        Assert.Throws<ArgumentOutOfRangeException>(() => parent.CreateChild(new() { BlocksPerSlab = -1 }));
        SlabMemoryLimitException thrown = Assert.Throws<SlabMemoryLimitException>(() => parent.CreateChild(new() { Prefault = 16 * MiB }));
        AssertNames(thrown, "parent", 8 * MiB);
        Assert.Equal(0, parent.GetStatistics().ChildBytes);
        parent.Dispose();
        Assert.Throws<ObjectDisposedException>(() => parent.CreateChild());
    }

    [Fact]
    public void Refusals_count_where_they_were_asked_for()
    {
        using SlabAllocator parent = Named("parent", 4 * MiB);
        using Subject child = Subject.Of(parent.CreateChild(new() { UseMallocForLarge = true }));
        child.Alloc(10);
        nint block = child.Alloc(100_000);
        Action[] calls =
        [
            () => child.Alloc(8 << 20), () => child.AllocZeroed(8 << 20), () => child.AlignedAlloc(8 << 20, 64),
            () => child.Realloc(block, 8 << 20), () => child.AlignedRealloc(block, 8 << 20, 4096),
        ];
        long expected = 0;
        foreach (Action call in calls)
        {
            Assert.Throws<SlabMemoryLimitException>(call);
            Assert.Equal(++expected, child.Allocator.GetStatistics().LimitRefusals);
        }

        Assert.False(child.TryAlloc(8 << 20, out _));
        Assert.Equal((expected + 1, 0), (child.Allocator.GetStatistics().LimitRefusals, parent.GetStatistics().LimitRefusals));
        child.Realloc(block, 100);
        child.Alloc(100);
        Assert.Equal(expected + 1, child.Allocator.GetStatistics().LimitRefusals);
    }

    [Fact]
    public void Eight_threads_on_four_children_never_pass_the_parents_limit()
    {
        const long Limit = 12 * MiB;
        const int Refusals = 8;
        using SlabAllocator parent = Named("parent", Limit);
        using Subject first = Subject.Of(parent.CreateChild());
        using Subject second = Subject.Of(parent.CreateChild());
        using Subject third = Subject.Of(parent.CreateChild());
        using Subject fourth = Subject.Of(parent.CreateChild());
        Subject[] children = [first, second, third, fourth];
        long atFirst = parent.GetStatistics().CommittedBytes;
        int refused = 0;
        int running = 8;
        Crowd.Run([.. Enumerable.Range(0, 8).Select(i => (Action)(() => Churn(children[i % 4], i))), Watch]);

        Array.ForEach(children, child => Whole.Holds(child.Allocator, 0, 0));
        AssertSum(parent, [.. children.Select(child => child.Allocator)]);
        Array.ForEach(children, child => child.Dispose());
        Assert.Equal(atFirst, parent.GetStatistics().CommittedBytes);

        void Churn(Subject subject, int seed)
        {
            var random = new Random(seed);
            List<(nint Address, int Size)> blocks = [];

            // Where threads run one after another, they go on until so many live together that the limit is reached.
            for (int i = 0; i < 6000 || Volatile.Read(ref refused) < Refusals; i++)
            {
                int size = random.Next(20) == 0 ? random.Next(200_000) : random.Next(4000);
                if (random.Next(500) == 0)
                {
                    FreeSome(blocks.Count / 2);
                }
                else if (subject.TryAlloc((nuint)size, out nint block))
                {
                    Pattern.Fill(block, (nuint)size, Pattern.SeedOf(block));
                    blocks.Add((block, size));
                }
                else
                {
                    Interlocked.Increment(ref refused);
                    FreeSome(blocks.Count / 2);
                }
            }

            FreeSome(blocks.Count);
            Interlocked.Decrement(ref running);

            void FreeSome(int count)
            {
                foreach ((nint block, int size) in blocks.GetRange(blocks.Count - count, count))
                {
                    Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block));
                    subject.Free(block);
                }

                blocks.RemoveRange(blocks.Count - count, count);
            }
        }

        void Watch()
        {
            while (Volatile.Read(ref running) > 0)
            {
                SlabStatistics statistics = parent.GetStatistics();
                Assert.True(statistics.CommittedBytes <= Limit, $"Above the limit: {statistics}");
                Whole.NotNegative(statistics);
            }
        }
    }

    private static SlabAllocator Named(string name, long limit) => new(new SlabAllocatorOptions { Name = name, MemoryLimit = limit });

    private static void AssertNames(SlabMemoryLimitException thrown, string name, long limit)
    {
        Assert.Equal(limit, thrown.Limit);
        Assert.Contains($"'{name}'", thrown.Message, StringComparison.Ordinal);
    }

    // What the parent holds is its own and the children's. Its own: slices, heaps and words, as its other figures say.
    private static void AssertSum(SlabAllocator parent, params SlabAllocator[] children)
    {
        SlabStatistics statistics = parent.GetStatistics();
        Assert.Equal(children.Sum(child => child.GetStatistics().CommittedBytes), statistics.ChildBytes);
        Assert.True(statistics.CommittedBytes - statistics.ChildBytes >= statistics.MetadataBytes);
        Assert.True(statistics.CommittedBytes <= parent.Options.MemoryLimit, $"Above the limit: {statistics}");
    }

    private static nint Filled(Subject subject, int size)
    {
        nint block = subject.Alloc((nuint)size);
        Pattern.Fill(block, (nuint)size, Pattern.SeedOf(block));
        return block;
    }

    private static List<nint> FillUp(Subject subject, int size, out SlabMemoryLimitException thrown)
    {
        List<nint> blocks = [];
        try
        {
            while (true)
            {
                blocks.Add(Filled(subject, size));
                Assert.True((long)blocks.Count * size < 256 * MiB, "No limit is in force.");
            }
        }
        catch (SlabMemoryLimitException e)
        {
            thrown = e;
        }

        return blocks;
    }
}
