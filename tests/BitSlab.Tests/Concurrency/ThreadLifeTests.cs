using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Concurrency;

/// <summary>Threads that end: their heaps are adopted, their blocks live on, their memory returns.</summary>
[Collection(AloneCollection.Name)]
public sealed class ThreadLifeTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_thousand_short_threads_do_not_grow_memory(bool collect)
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (int round = 0; round < 2500; round++)
        {
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(AllocateAndFree) { IsBackground = true })];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => Assert.True(t.Join(Crowd.HangGuard)));
            if (collect && round % 100 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            if (round % 50 == 0)
            {
                SlabStatistics statistics = subject.Allocator.GetStatistics();
                Assert.True(statistics.CommittedBytes < 32 * MiB, $"After {round * 4} threads: {statistics}");
                Assert.Equal(0, statistics.LiveBlocks);
            }
        }

        Whole.Empty(subject.Allocator);

        void AllocateAndFree()
        {
            Span<nint> blocks = stackalloc nint[60];
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i] = subject.Alloc((nuint)(i * 30));
            }

            subject.FreeBatch(blocks);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Threads_that_leave_their_blocks_to_the_next_do_not_grow_memory(bool collect)
    {
        // As a server's workers do: each generation frees what the one before allocated, and dies.
        using Subject subject = Subject.Of(Face.Instance);
        var left = new List<nint>();
        for (uint generation = 0; generation < 1000; generation++)
        {
            var thread = new Thread(() =>
            {
                foreach (nint block in left)
                {
                    Parcel.At(block).Verify();
                }

                subject.FreeBatch([.. left]);
                left.Clear();
                for (int i = 0; i < 300; i++)
                {
                    left.Add(Parcel.New(subject, (nuint)(i * 5), generation).Block);
                }
            });
            thread.Start();
            Assert.True(thread.Join(Crowd.HangGuard));
            if (collect && generation % 50 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.Equal(300, statistics.LiveBlocks);
        Assert.True(statistics.CommittedBytes < 32 * MiB, $"After all threads: {statistics}");
        subject.FreeBatch([.. left]);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Threads_die_and_are_replaced_amid_a_steady_exchange()
    {
        // The pattern of the larson benchmark: slots of a shared table are replaced at random by threads that come and go.
        using Subject subject = Subject.Of(Face.Instance);
        var slots = new Slots(1000);
        long peak = 0;
        for (int generation = 0; generation < 40; generation++)
        {
            int seed = generation * 10;
            Crowd.Run(4, thread =>
            {
                var random = new Random(seed + thread);
                for (uint i = 0; i < 3000; i++)
                {
                    Parcel other = slots.Exchange(random.Next(1000), Parcel.New(subject, (nuint)random.Next(16, 1000), i));
                    other.Verify();
                    subject.Free(other.Block);
                }
            });
            peak = Math.Max(peak, subject.Allocator.GetStatistics().CommittedBytes);
        }

        Assert.True(peak < 64 * MiB, $"A thousand blocks live, {peak} bytes were committed.");
        slots.FreeAll(subject);
        Whole.Empty(subject.Allocator);
        subject.Allocator.Trim();
        Assert.True(subject.Allocator.GetStatistics().CommittedBytes < 16 * MiB);
    }

    [Fact]
    public void The_blocks_of_a_dead_thread_are_freed_by_others_and_its_memory_returns()
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (int round = 0; round < 5; round++)
        {
            var blocks = new nint[40_000];
            Worker.RunOnce(() =>
            {
                for (int i = 0; i < blocks.Length; i++)
                {
                    blocks[i] = subject.Alloc(1000);
                    Pattern.Fill(blocks[i], 1000, (uint)i);
                }
            });
            Worker.RunOnce(() =>
            {
                for (int i = 0; i < blocks.Length; i++)
                {
                    Pattern.Verify(blocks[i], 1000, (uint)i);
                    subject.Free(blocks[i]);
                }
            });
            Whole.Holds(subject.Allocator, 0, 0);
            subject.Allocator.Trim();
            SlabStatistics statistics = subject.Allocator.GetStatistics();
            Assert.True(statistics.CommittedBytes < 8 * MiB, $"Nothing lives, yet {statistics}");
        }

        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void The_memory_of_a_sleeping_threads_blocks_returns_too()
    {
        using Subject subject = Subject.Of(Face.Instance);
        using var sleeper = new Worker();
        var blocks = new nint[40_000];
        sleeper.Run(() =>
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i] = subject.Alloc(1000);
            }
        });
        subject.FreeBatch(blocks);
        subject.Allocator.Trim();
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Assert.True(statistics.CommittedBytes < 8 * MiB, $"Nothing lives, yet {statistics}");

        // The owner wakes into a heap whose slabs were taken.
        sleeper.Run(() => Whole.Empty(subject.Allocator));
    }

    [Fact]
    public void A_new_thread_takes_a_dead_threads_memory()
    {
        using Subject subject = Subject.Of(Face.Instance);
        Worker.RunOnce(() => UseTenMegabytes(subject));
        long once = subject.Allocator.GetStatistics().CommittedBytes;
        for (int i = 0; i < 50; i++)
        {
            Worker.RunOnce(() => UseTenMegabytes(subject));
        }

        subject.Allocator.Tick();
        subject.Allocator.Tick();
        long often = subject.Allocator.GetStatistics().CommittedBytes;
        Assert.True(often <= once + (4 * MiB), $"{once} bytes after one thread, {often} after fifty more.");
    }

    [Fact]
    public void Blocks_are_adopted_with_their_contents_and_can_be_resized()
    {
        using Subject subject = Subject.Of(Face.Instance);
        var parcels = new Parcel[2000];
        Worker.RunOnce(() =>
        {
            for (int i = 0; i < parcels.Length; i++)
            {
                parcels[i] = Parcel.New(subject, (nuint)(i % 900), (uint)i);
            }
        });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (int round = 0; round < 3; round++)
        {
            Worker.RunOnce(() =>
            {
                subject.Free(subject.Alloc(50)); // adopts
                for (int i = 0; i < parcels.Length; i++)
                {
                    parcels[i].Verify();
                    parcels[i] = parcels[i].Resized(subject, (nuint)((i * 7) % 1500));
                }
            });
        }

        foreach (Parcel parcel in parcels)
        {
            parcel.Verify();
            subject.Free(parcel.Block);
        }

        Whole.Empty(subject.Allocator);
    }

    private static void UseTenMegabytes(Subject subject)
    {
        var blocks = new nint[10_000];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = subject.Alloc(1000);
        }

        subject.FreeBatch(blocks);
    }
}
