using System;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Concurrency;

/// <summary>Everything at once on more threads than cores, under a watchdog.</summary>
[Collection(AloneCollection.Name)]
public sealed class ContentionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Statistics_Trim_walks_and_blocks_on_eight_threads(bool malloc)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { BlocksPerSlab = 64, UseMallocForLarge = malloc });
        var slots = new Slots(500);
        int working = 5;
        Crowd.Run(8, thread =>
        {
            var random = new Random(thread);
            if (thread < 5)
            {
                for (uint i = 0; i < 25_000; i++)
                {
                    nuint size = random.Next(300) == 0 ? (nuint)random.Next(33_000, 3 << 20) : (nuint)random.Next(16, 1500);
                    Parcel other = slots.Exchange(random.Next(500), Parcel.New(subject, size, (i * 8) + (uint)thread));
                    other.Verify();
                    subject.Free(other.Block);
                }

                Interlocked.Decrement(ref working);
                return;
            }

            while (Volatile.Read(ref working) > 0)
            {
                switch (thread)
                {
                    case 5:
                        Whole.NotNegative(subject.Allocator.GetStatistics());
                        break;
                    case 6:
                        subject.Allocator.Trim();
                        break;
                    default:
                        foreach (SlabBlock block in subject.Allocator.EnumerateBlocks())
                        {
                            Assert.True(block.Address != 0 && block.UsableSize > 0);
                        }

                        break;
                }
            }
        });
        slots.FreeAll(subject);
        Whole.Empty(subject.Allocator);
        Assert.Equal(0, subject.Allocator.GetStatistics().InvalidFrees);
    }

    [Fact]
    public void Allocations_at_the_limit_on_eight_threads_never_pass_it_and_end()
    {
        const long Limit = 24 << 20;
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = Limit });
        long refused = 0;
        Crowd.Run(8, thread =>
        {
            var random = new Random(thread);
            Span<nint> mine = stackalloc nint[400];

            // Where threads run one after another, they go on until so many live together that the limit is reached.
            for (int i = 0; i < 6000 || Volatile.Read(ref refused) == 0; i++)
            {
                ref nint block = ref mine[random.Next(mine.Length)];
                subject.Free(block);
                nuint size = random.Next(30) == 0 ? (nuint)random.Next(40_000, 1 << 20) : (nuint)random.Next(1, 20_000);
                if (!subject.TryAlloc(size, out block))
                {
                    Interlocked.Increment(ref refused);
                }

                if (i % 500 == 0)
                {
                    SlabStatistics statistics = subject.Allocator.GetStatistics();
                    Whole.NotNegative(statistics);
                    Assert.True(statistics.CommittedBytes <= Limit, $"Above the limit: {statistics}");
                }
            }

            subject.FreeBatch(mine);
        });
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Allocators_come_and_go_on_all_threads()
    {
        using Subject standing = Subject.Of(Face.Instance);
        Crowd.Run(6, thread =>
        {
            for (uint i = 0; i < 150; i++)
            {
                using Subject subject = Subject.Of(thread % 2 == 0 ? Face.Instance : Face.Handle);
                Parcel kept = Parcel.New(standing, 200, i);
                Parcel mine = Parcel.New(subject, 200, i);
                Parcel large = Parcel.New(subject, 100_000, i);
                Whole.StillWorks(subject.Allocator);
                Assert.Equal(2, subject.Allocator.GetStatistics().LiveBlocks);
                if (i % 3 == 0)
                {
                    subject.Allocator.Reset();
                    mine = Parcel.New(subject, 300, i + 1);
                }

                mine.Verify();
                kept.Verify();
                standing.Free(kept.Block);
                Assert.NotEqual(0, large.Block);
            }
        });
        Whole.Empty(standing.Allocator);
    }

    [Fact]
    public void An_interrupt_never_comes_out_of_a_call()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { BlocksPerSlab = 64 });
        var slots = new Slots(100);
        var failures = new Exception?[4];
        int running = failures.Length;
        var threads = new Thread[failures.Length];
        for (int t = 0; t < threads.Length; t++)
        {
            int thread = t;
            threads[t] = new Thread(() =>
            {
                try
                {
                    // Nothing in here blocks but what the allocator might do.
                    var random = new Random(thread);
                    for (uint i = 0; i < 60_000; i++)
                    {
                        Parcel other = slots.Exchange(random.Next(100), Parcel.New(subject, (nuint)random.Next(16, 3000), i));
                        subject.Free(other.Block);
                        if (i % 500 == 0)
                        {
                            // Trim and new allocators look at the threads, also at those that ended.
                            subject.Allocator.Trim();
                            Whole.NotNegative(subject.Allocator.GetStatistics());
                            using Subject another = Subject.Of(Face.Handle);
                            another.Free(another.Alloc(100));
                        }
                    }
                }
                catch (Exception e)
                {
                    failures[thread] = e;
                }

                Interlocked.Decrement(ref running);
            })
            { IsBackground = true };
        }

        Array.ForEach(threads, t => t.Start());
        long deadline = Environment.TickCount64 + (long)Crowd.HangGuard.TotalMilliseconds;
        while (Volatile.Read(ref running) > 0)
        {
            Assert.True(Environment.TickCount64 < deadline, "A thread hangs.");
            Array.ForEach(threads, t => t.Interrupt());
            new Thread(() => subject.Free(subject.Alloc(10))) { IsBackground = true }.Start();
            Thread.Yield();
        }

        Array.ForEach(threads, t => t.Join());
        Assert.All(failures, Assert.Null);
        slots.FreeAll(subject);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void A_new_thread_may_use_its_heap_first_while_it_is_interrupted()
    {
        // The making of a heap is where a thread static, a sentinel and a registry come into being.
        using Subject subject = Subject.Of(Face.Instance);
        for (int i = 0; i < 300; i++)
        {
            Exception? failure = null;
            var thread = new Thread(() =>
            {
                try
                {
                    subject.Free(subject.Alloc(100));
                    using Subject another = Subject.Of(Face.Handle);
                    another.Free(another.Alloc(100));
                }
                catch (Exception e)
                {
                    failure = e;
                }
            });
            thread.Start();
            for (int k = 0; k < 20 && thread.IsAlive; k++)
            {
                thread.Interrupt();
            }

            thread.Join();
            Assert.Null(failure);
        }

        Whole.Empty(subject.Allocator);
    }
}
