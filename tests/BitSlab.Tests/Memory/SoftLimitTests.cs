using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>SoftLimit: who is told, when, how often, and what may be done then.</summary>
public sealed unsafe class SoftLimitTests
{
    private const long MiB = 1 << 20;
    private const long Soft = 4 * MiB;

    [Fact]
    public void A_crossing_is_told_once_on_the_allocating_thread_before_anything_is_allocated()
    {
        int told = 0;
        int thread = 0;
        long liveThen = 0;
        long committedThen = 0;
        using Subject subject = With(allocator =>
        {
            told++;
            thread = Environment.CurrentManagedThreadId;
            liveThen = allocator.GetStatistics().LiveBlocks;
            committedThen = allocator.GetStatistics().CommittedBytes;
        });
        using var worker = new Worker();
        int workers = 0;
        worker.Run(() =>
        {
            workers = Environment.CurrentManagedThreadId;
            long live = 0;
            while (told == 0)
            {
                Assert.Equal(live, subject.Allocator.GetStatistics().LiveBlocks);
                subject.Alloc(1000);
                live++;
            }

            Assert.Equal(live - 1, liveThen);
        });

        Assert.Equal(workers, thread);
        Assert.InRange(committedThen, Soft - (256 * 1024), Soft);
        Assert.True(subject.Allocator.GetStatistics().CommittedBytes > Soft);
        for (int i = 0; i < 20_000; i++)
        {
            subject.Alloc(1000);
        }

        Worker.RunOnce(() => subject.Alloc(1 << 20));
        Assert.Equal(1, told);
    }

    [Fact]
    public void After_it_was_below_the_next_crossing_is_told()
    {
        int told = 0;
        using Subject subject = With(_ => told++);
        for (int round = 1; round <= 5; round++)
        {
            nint[] blocks = Fill(subject);
            Assert.Equal(round, told);

            // A part of it is not yet below.
            subject.FreeBatch(blocks.AsSpan(0, 100));
            subject.FreeBatch(Fill(subject, 100));
            Assert.Equal(round, told);
            subject.FreeBatch(blocks.AsSpan(100));
            subject.Allocator.Trim();
        }
    }

    [Fact]
    public void The_allocator_can_be_used_inside()
    {
        List<nint> cache = [];
        int told = 0;
        Subject? inner = null;
        using Subject subject = With(allocator =>
        {
            // A cache that shrinks itself, and allocates meanwhile, across the limit, too.
            told++;
            nint large = inner!.Alloc(6 << 20);
            nint small = inner.Alloc(3000);
            Pattern.Fill(small, 3000, 1);
            inner.FreeBatch([.. cache.Take(cache.Count / 2)]);
            cache.RemoveRange(0, cache.Count / 2);
            inner.Free(large);
            Assert.True(Pattern.Holds(inner.Realloc(small, 5000), 3000, 3000, 1));
            Assert.True(allocator.Trim() > 0);
            Assert.True(allocator.GetStatistics().CommittedBytes < Soft);
        });
        inner = subject;
        for (int i = 0; i < 40_000; i++)
        {
            cache.Add(subject.Alloc(1000));
            Pattern.Fill(cache[^1], 1000, Pattern.SeedOf(cache[^1]));
        }

        Assert.InRange(told, 15, 40);
        Assert.True(subject.Allocator.GetStatistics().CommittedBytes <= Soft);
        Assert.True(Overlaps.AllDistinct(cache));
        Assert.All(cache, block => Pattern.Verify(block, 1000, Pattern.SeedOf(block)));
        Whole.Consistent(subject.Allocator.GetStatistics());
    }

    [Fact]
    public void What_it_throws_comes_out_and_the_next_crossing_is_told_again()
    {
        int told = 0;
        bool throws = true;
        using Subject subject = With(_ =>
        {
            told++;
            if (throws)
            {
                throw new NotSupportedException("the cache's own");
            }
        });
        List<nint> blocks = [];
        Exception? thrown = null;
        while (thrown == null)
        {
            thrown = Record.Exception(() => blocks.Add(subject.Alloc(1000)));
        }

        Assert.Equal("the cache's own", Assert.IsType<NotSupportedException>(thrown).Message);
        Whole.Holds(subject.Allocator, blocks.Count, blocks.Count * 1008);
        for (int i = 2; i < 5; i++)
        {
            Assert.Throws<NotSupportedException>(() => subject.Alloc(1000));
            Assert.Equal(i, told);
        }

        Whole.Holds(subject.Allocator, blocks.Count, blocks.Count * 1008);
        throws = false;
        subject.FreeBatch([.. blocks]);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Without_a_callback_it_trims()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { SoftLimit = Soft, IdleGiveBack = false });
        using var sleeper = new Worker();
        nint[] blocks = [];
        sleeper.Run(() => blocks = [.. Enumerable.Range(0, 3500).Select(_ => subject.Alloc(1000))]);
        subject.FreeBatch(blocks);
        long held = subject.Allocator.GetStatistics().CommittedBytes;
        Assert.True(held > 3 * MiB);
        Fill(subject, 2000);
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.True(statistics.ReturnedBytes > 2 * MiB && statistics.CommittedBytes < Soft, $"Nothing was trimmed: {statistics}");
    }

    [Fact]
    public void It_may_dispose_the_allocator()
    {
        using Subject subject = With(allocator => allocator.Dispose());
        Assert.Throws<ObjectDisposedException>(() => Fill(subject));
        Assert.Throws<ObjectDisposedException>(() => subject.Alloc(1));
        using Subject next = Subject.Of(Face.Instance);
        Whole.Empty(next.Allocator);
    }

    [Fact]
    public void It_may_dispose_the_allocator_and_make_another()
    {
        // Which has the same structure, and must not get the block.
        SlabAllocator? next = null;
        using Subject subject = With(allocator =>
        {
            allocator.Dispose();
            next = new SlabAllocator();
            next.Alloc(1000);
        });
        Assert.Throws<ObjectDisposedException>(() => Fill(subject));
        Whole.Holds(next!, 1, 1008);
        next!.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_block_that_it_takes_from_a_realloc_is_refused_and_not_copied(bool reset)
    {
        nint block = 0;
        int told = 0;
        using Subject subject = With(allocator =>
        {
            told++;
            if (reset)
            {
                allocator.Reset();
            }
            else
            {
                allocator.Free((void*)block);
            }

            allocator.Trim();
        });
        block = subject.Alloc(1_000_000);
        Pattern.Fill(block, 1_000_000, 1);
        long committed = subject.Allocator.GetStatistics().CommittedBytes;
        Assert.True(committed < Soft && told == 0);
        InvalidBlockException thrown = Assert.Throws<InvalidBlockException>(() => subject.Realloc(block, (nuint)Soft));
        Assert.Equal(reset ? InvalidBlockKind.StaleBlock : InvalidBlockKind.DoubleFree, thrown.Kind);
        Assert.Equal(1, told);
        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void A_parents_limit_is_told_again_after_it_disposed_the_child_that_crossed_it()
    {
        SlabAllocator? child = null;
        int told = 0;
        using Subject subject = With(_ =>
        {
            told++;
            child!.Dispose();
        });
        for (int round = 1; round <= 3; round++)
        {
            using SlabAllocator next = subject.Allocator.CreateChild();
            child = next;
            Assert.Throws<ObjectDisposedException>(() =>
            {
                while (told < round + 1)
                {
                    next.Alloc(1000);
                }
            });
            Assert.Equal(round, told);
        }

        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void It_may_reset_the_allocator()
    {
        int told = 0;
        using Subject subject = With(allocator =>
        {
            told++;
            allocator.Reset();
        });
        nint last = 0;
        for (int round = 1; round <= 3; round++)
        {
            while (told < round)
            {
                last = subject.Alloc(1000);
            }

            Whole.Holds(subject.Allocator, 1, 1008);
        }

        Pattern.Fill(last, 1000, 1);
        subject.Free(last);
        Whole.Holds(subject.Allocator, 0, 0);
    }

    [Fact]
    public void Parent_and_child_both_tell_the_nearer_first()
    {
        List<string> told = [];
        using var parent = new SlabAllocator(Telling("parent"));
        using SlabAllocator middle = parent.CreateChild(new() { Name = "middle", SoftLimitCallback = _ => told.Add("none") });
        using Subject child = Subject.Of(middle.CreateChild(Telling("child")));
        nint[] blocks = Fill(child);
        Assert.Equal(["child", "parent"], told.Order());
        child.FreeBatch(blocks);
        child.Allocator.Trim();
        told.Clear();

        // The child's own is far away, and still the parent's is crossed.
        using Subject own = Subject.Of(parent.CreateChild());
        nint[] others = Fill(own, 3000);
        Assert.Empty(told);
        Fill(child, 2000);
        Assert.Equal(["parent"], told);
        own.FreeBatch(others);
        own.Dispose();
        child.Dispose();
        middle.Dispose();

        SlabAllocatorOptions Telling(string name) => new()
        {
            Name = name,
            SoftLimit = Soft,
            SoftLimitCallback = allocator => told.Add(allocator.Options.Name!),
        };
    }

    public static TheoryData<string> Ways =>
        ["Alloc", "AllocZeroed", "AllocZeroed linear", "TryAlloc", "AlignedAlloc", "Realloc", "AlignedRealloc", "Realloc null", "handle", "handle zeroed", "slices", "outside", "malloc", "grow"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_to_allocate_tells(string way)
    {
        List<int> told = [];
        var options = new SlabAllocatorOptions { SoftLimit = Soft, SoftLimitCallback = _ => told.Add(1), UseMallocForLarge = way == "malloc" };
        using var allocator = new SlabAllocator(options);
        void* block = null;
        SlabThreadHeap handle = allocator.GetThreadHeap();
        for (int i = 0; i < 8000 && told.Count == 0; i++)
        {
            Assert.True(allocator.GetStatistics().CommittedBytes <= Soft, "The limit was crossed, and nobody was told.");
            switch (way)
            {
                case "Alloc": allocator.Alloc(1000); break;
                case "AllocZeroed": allocator.AllocZeroed(5000); break;
                case "AllocZeroed linear": allocator.AllocZeroed(900); break;
                case "TryAlloc": Assert.True(allocator.TryAlloc(1000, out _)); break;
                case "AlignedAlloc": allocator.AlignedAlloc(1000, 512); break;
                case "Realloc": allocator.Realloc(allocator.Alloc(16), 2000); break;
                case "AlignedRealloc": allocator.AlignedRealloc(allocator.Alloc(16), 2000, 128); break;
                case "Realloc null": allocator.Realloc(null, 3000); break;
                case "handle": handle.Alloc(1000); break;
                case "handle zeroed": handle.AllocZeroed(3000); break;
                case "slices": allocator.Alloc(100_000); break;
                case "outside": allocator.Alloc(3 << 20); break;
                case "malloc": allocator.Alloc(100_000); break;
                default: block = allocator.Realloc(block, (nuint)(i + 1) * 70_000); break;
            }
        }

        Assert.Single(told);
    }

    [Fact]
    public void Of_two_threads_that_cross_at_once_one_is_told()
    {
        for (int round = 0; round < 20; round++)
        {
            int told = 0;
            using Subject subject = With(_ =>
            {
                Interlocked.Increment(ref told);
                Thread.Yield();
            });
            Crowd.Run(4, _ => Fill(subject, 3000));
            Assert.Equal(1, told);
        }
    }

    [Fact]
    public void The_default_is_three_quarters_of_what_the_collector_may_use()
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        Assert.InRange(SlabAllocatorOptions.Default.SoftLimit, (available / 4 * 3) - 4, (available / 4 * 3) + 4);
        Assert.Null(SlabAllocatorOptions.Default.SoftLimitCallback);
    }

    private static Subject With(Action<SlabAllocator> callback) =>
        Subject.Of(Face.Instance, new SlabAllocatorOptions { SoftLimit = Soft, SoftLimitCallback = callback, IdleGiveBack = false });

    private static nint[] Fill(Subject subject, int blocks = 6000) => [.. Enumerable.Range(0, blocks).Select(_ => subject.Alloc(1000))];
}
