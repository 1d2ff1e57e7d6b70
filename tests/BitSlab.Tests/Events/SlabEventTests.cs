using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Events in somebody's hand: each is disposed once, and none of its copies can be used behind that.</summary>
[Collection(AloneCollection.Name)]
public sealed class SlabEventTests
{
    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_disposed_event_and_its_copies_refuse_every_use(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        using var other = new SlabEventQueue();
        SlabEvent item = Take(subject.Queue, 100, 1);
        SlabEvent copy = item;
        Payload.Verify(copy, 100, 1);
        item.Dispose();
        foreach (SlabEvent any in (SlabEvent[])[item, copy])
        {
            AssertUnusable(any, subject.Queue, other);
            Assert.Throws<ObjectDisposedException>(any.Dispose);
        }

        Assert.Equal((0L, 0L), (other.EnqueuedCount, subject.Queue.Length));
        subject.AssertLeavesNothing();
    }

    [Fact]
    public void The_default_is_no_event()
    {
        using var queue = new SlabEventQueue();
        SlabEvent none = default;
        AssertUnusable(none, queue, queue);
        none.Dispose();
        none.Dispose();
        SlabEvent.DisposeBatch([none, none]);
        SlabEvent.DisposeBatch([]);
        Assert.Equal(0, queue.EnqueuedCount);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_old_event_is_refused_however_many_came_after_it(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        using var other = new SlabEventQueue();
        var old = new List<SlabEvent>();
        for (uint i = 0; i < 300; i++)
        {
            SlabEvent item = Take(subject.Queue, 20, i);
            old.Add(item);
            item.Dispose();
        }

        SlabEvent[] live = [.. Enumerable.Range(0, 300).Select(i => Take(subject.Queue, 20, (uint)i + 1000))];
        foreach (SlabEvent item in old)
        {
            AssertUnusable(item, subject.Queue, other);
            Assert.Throws<ObjectDisposedException>(item.Dispose);
        }

        for (int i = 0; i < live.Length; i++)
        {
            Payload.VerifyAndDispose(live[i], 20, (uint)i + 1000);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Thousands_are_held_and_disposed_in_any_order(int seed)
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        var random = new Random(seed);
        var held = new List<(SlabEvent Item, int Length, uint Seed)>();
        for (uint i = 0; i < 40_000; i++)
        {
            // It grows to thousands, and shrinks again.
            if (held.Count < 5000 && random.Next(100) < (i % 16_000 < 8000 ? 70 : 30))
            {
                int length = random.Next(64);
                held.Add((Take(subject.Queue, length, i), length, i));
            }
            else if (held.Count != 0)
            {
                int index = random.Next(held.Count);
                (SlabEvent item, int length, uint of) = held[index];
                held[index] = held[^1];
                held.RemoveAt(held.Count - 1);
                Payload.VerifyAndDispose(item, length, of);
                Assert.Throws<ObjectDisposedException>(() => item.Length);
            }
        }

        Assert.InRange(subject.LiveBlocks, held.Count, held.Count + 2);
        held.ForEach(entry => Payload.VerifyAndDispose(entry.Item, entry.Length, entry.Seed));
        subject.AssertLeavesNothing();
    }

    [Fact]
    public void Events_that_are_held_long_cost_those_that_pass_nothing()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        SlabEvent[] kept = new SlabEvent[400];
        Pass(kept.Length * 3, keep: kept);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(100_000, keep: []);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
        SlabEvent.DisposeBatch(kept);
        subject.AssertLeavesNothing();

        void Pass(int count, SlabEvent[] keep)
        {
            for (int i = 0; i < count; i++)
            {
                subject.Queue.TryEnqueue([1, 2, 3]);
                subject.Queue.TryDequeue(out SlabEvent item);
                if (i % 3 == 0 && i / 3 < keep.Length)
                {
                    keep[i / 3] = item;
                }
                else
                {
                    item.Dispose();
                }
            }
        }
    }

    [Fact]
    public void A_batch_with_bad_ones_disposes_all_others_and_says_so()
    {
        using var one = new QueueSubject(QueueForm.GivenAllocator);
        using var two = new QueueSubject(QueueForm.GivenAllocator);
        foreach (int count in (int[])[1, 2, 63, 64, 65, 200])
        {
            foreach (int bad in (int[])[0, count / 2, count - 1])
            {
                SlabEvent[] batch = [.. Enumerable.Range(0, count).Select(i => Take((i / 7 % 2 == 0 ? one : two).Queue, i, (uint)i))];
                batch[bad].Dispose();
                SlabEvent[] mixed = [default, .. batch, default, default];
                Assert.Throws<ObjectDisposedException>(() => SlabEvent.DisposeBatch(mixed));
                Assert.All(batch, item => Assert.Throws<ObjectDisposedException>(() => item.Length));

                // Of each queue a segment may be left.
                Assert.InRange(one.LiveBlocks, 0, 2);
                Assert.InRange(two.LiveBlocks, 0, 2);
            }
        }

        SlabEvent item = Take(one.Queue, 10, 1);
        Assert.Throws<ObjectDisposedException>(() => SlabEvent.DisposeBatch([item, item]));
        Assert.Throws<ObjectDisposedException>(item.Dispose);
        one.AssertLeavesNothing();
        two.AssertLeavesNothing();
    }

    [Fact]
    public void A_batch_may_hold_events_of_a_queue_that_went_with_its_memory()
    {
        using var stays = new QueueSubject(QueueForm.GivenAllocator);
        var goes = new SlabEventQueue();
        SlabEvent[] batch = [Take(stays.Queue, 10, 1), Take(goes, 10, 2), Take(stays.Queue, 10, 3), Take(goes, 10, 4)];
        goes.Dispose();
        SlabEvent.DisposeBatch(batch);
        Assert.Throws<ObjectDisposedException>(batch[0].Dispose);
        Assert.Throws<ObjectDisposedException>(batch[2].Dispose);
        stays.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Of_threads_that_dispose_copies_of_an_event_one_wins(int threads, bool asBatch)
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        const int Rounds = 40;
        const int Events = 1000;
        SlabEvent[] items = new SlabEvent[Events];
        int[] wins = new int[Events];
        for (uint round = 0; round < Rounds; round++)
        {
            Array.Clear(wins);
            for (int i = 0; i < Events; i++)
            {
                items[i] = Take(subject.Queue, 16, round);
            }

            var pace = new Pace(threads);
            Crowd.Run(threads, thread =>
            {
                for (int i = 0; i < Events; i++)
                {
                    pace.Next(i);
                    try
                    {
                        if (asBatch)
                        {
                            SlabEvent.DisposeBatch(items.AsSpan(i, 1));
                        }
                        else
                        {
                            items[i].Dispose();
                        }

                        Interlocked.Increment(ref wins[i]);
                    }
                    catch (ObjectDisposedException)
                    {
                        // The other was faster.
                    }
                }
            });
            Assert.All(wins, count => Assert.Equal(1, count));
            Assert.InRange(subject.LiveBlocks, 0, 2);
        }

        subject.AssertLeavesNothing();
    }

    [Fact]
    public void A_span_is_the_events_own_memory_at_the_allocators_alignment()
    {
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { AllocatorOptions = new() { MinimumAlignment = 64 } });
        foreach (int length in (int[])[0, 1, 64, 1000, 100_000])
        {
            SlabEvent item = Take(queue, length, 3);
            item.Span.Fill(9);
            Assert.True(item.Span.IndexOfAnyExcept((byte)9) < 0);
            Assert.Equal(0, Payload.AddressOf(item) % 64);
            item.Dispose();
        }
    }

    private static SlabEvent Take(SlabEventQueue queue, int length, uint seed)
    {
        Assert.True(queue.TryEnqueue(length, seed, Payload.Write));
        Assert.True(queue.TryDequeue(out SlabEvent item));
        return item;
    }

    private static void AssertUnusable(SlabEvent item, SlabEventQueue own, SlabEventQueue other)
    {
        Assert.Throws<ObjectDisposedException>(() => item.Length);
        Assert.Throws<ObjectDisposedException>(() => item.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => own.TryEnqueue(item));
        Assert.Throws<ObjectDisposedException>(() => other.TryEnqueue(item));
        Assert.Throws<ObjectDisposedException>(() => own.EnqueueAsync(item).AsTask().Wait(Crowd.HangGuard));
    }
}
