using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>An allocator at its limit is to a queue as if it was full: refused, waited for, made room in; nothing is lost.</summary>
public sealed class MemoryLimitTests
{
    private const long MiB = 1 << 20;

    // So large that one segment has places for all, in most tests: then it is the events that take the memory.
    private const int Length = 32_000;

    // More than the limit below holds.
    private const int Many = 700;

    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public void It_is_refused_and_all_that_was_enqueued_stays(QueueForm form)
    {
        using QueueSubject subject = Limited(form, EventQueueFullMode.Wait);
        for (int round = 0; round < 3; round++)
        {
            uint count = Fill(subject.Queue);
            Assert.False(subject.Queue.TryEnqueue(Length, 0, static (_, _) => Assert.Fail("There is no memory.")));
            Assert.Equal((count, 0L), (subject.Queue.Length, subject.Queue.DroppedCount));
            for (uint i = 0; i < count; i++)
            {
                Payload.Expect(subject.Queue, Length, i);
            }
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_writer_waits_for_a_dequeue_and_the_disposal_behind_it(QueueForm form)
    {
        using QueueSubject subject = Limited(form, EventQueueFullMode.Wait);
        uint count = Fill(subject.Queue);
        uint taken = 0;
        for (uint i = 0; i < 20; i++)
        {
            Task wait = subject.Queue.EnqueueAsync(Payload.Of(Length, count + i)).AsTask();

            // One is not always enough: this may be another thread than the one whose heap the memory goes back to, and then whole slabs have to.
            for (; subject.Queue.EnqueuedCount == count + i; taken++)
            {
                Assert.True(subject.Queue.TryDequeue(out SlabEvent item), "The last is gone, and it waits still.");

                // Its memory is in use still.
                Assert.Equal(count + i, subject.Queue.EnqueuedCount);
                Assert.False(wait.IsCompleted);
                Payload.VerifyAndDispose(item, Length, taken);
            }

            await wait.Soon();
            Assert.True(i != 0 || taken == 1, "On one thread one is enough.");
        }

        for (; taken < count + 20; taken++)
        {
            Payload.Expect(subject.Queue, Length, taken);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_writer_waits_for_the_disposal_of_an_event_that_is_held(QueueForm form)
    {
        using QueueSubject subject = Limited(form, EventQueueFullMode.Wait);
        uint count = Fill(subject.Queue);
        SlabEvent[] held = new SlabEvent[count];
        Assert.Equal((int)count, subject.Queue.TryDequeueBatch(held));
        Task wait = subject.Queue.EnqueueAsync(Payload.Of(Length, 77)).AsTask();
        Assert.False(wait.IsCompleted);
        held[count / 2].Dispose();
        await wait.Soon();
        Payload.Expect(subject.Queue, Length, 77);
        held[count / 2] = default;
        wait = subject.Queue.EnqueueAsync(Payload.Of((int)(3 * MiB), 78)).AsTask();
        SlabEvent.DisposeBatch(held.AsSpan(0, 10));
        Assert.False(wait.IsCompleted);
        SlabEvent.DisposeBatch(held.AsSpan(10));
        await wait.Soon();
        Payload.Expect(subject.Queue, (int)(3 * MiB), 78);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(EventQueueFullMode.Wait)]
    [InlineData(EventQueueFullMode.DropNewest)]
    [InlineData(EventQueueFullMode.DropOldest)]
    [InlineData(EventQueueFullMode.Refuse)]
    public async Task Where_nothing_of_the_queue_lives_the_limit_is_thrown(EventQueueFullMode mode)
    {
        using Subject other = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 4 * MiB });
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { Allocator = other.Allocator, FullMode = mode });
        List<nint> taken = [];
        while (other.TryAlloc(Length, out nint block) || other.TryAlloc(30_000, out block))
        {
            taken.Add(block);
        }

        Assert.False(queue.TryEnqueue(new byte[Length]));
        await Waits.Fails<SlabMemoryLimitException>(() => queue.EnqueueAsync(new byte[Length]).AsTask());
        await Waits.Fails<SlabMemoryLimitException>(() => queue.EnqueueAsync(new byte[5 * MiB]).AsTask());
        Assert.Equal((0L, 0L, mode == EventQueueFullMode.Wait ? 0L : 3L), (queue.Length, queue.EnqueuedCount, queue.DroppedCount));
        other.FreeBatch([.. taken]);
        Assert.True(queue.TryEnqueue(Payload.Of(Length, 1)));
        Payload.Expect(queue, Length, 1);
        queue.Dispose();
        Whole.Holds(other.Allocator, 0, 0);
    }

    [Fact]
    public async Task Who_waits_for_more_than_there_will_be_is_told_when_the_last_event_is_gone()
    {
        using Subject other = Subject.Of(Face.Instance, new SlabAllocatorOptions { MemoryLimit = 8 * MiB });
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { Allocator = other.Allocator });
        nint taken = other.Alloc((nuint)(3 * MiB));
        Assert.True(queue.TryEnqueue(new byte[Length]));
        Task large = queue.EnqueueAsync(new byte[5 * MiB]).AsTask();
        Task small = queue.EnqueueAsync(Payload.Of(Length, 2)).AsTask();
        Assert.False(large.IsCompleted || small.IsCompleted);
        Assert.True(queue.TryDequeue(out SlabEvent item));
        Assert.False(large.IsCompleted);
        item.Dispose();
        await Waits.Fails<SlabMemoryLimitException>(() => large);
        await small.Soon();
        Payload.Expect(queue, Length, 2);
        other.Free(taken);
        queue.Dispose();
        Whole.Holds(other.Allocator, 0, 0);
    }

    [Fact]
    public async Task Memory_that_went_to_another_queue_is_waited_for_no_longer()
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 8 * MiB });
        using var from = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator });
        using var to = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator });
        Assert.True(from.TryEnqueue(new byte[5 * MiB]));
        Assert.True(from.TryDequeue(out SlabEvent item));
        Task wait = from.EnqueueAsync(Payload.Of((int)(5 * MiB), 3)).AsTask();
        Assert.False(wait.IsCompleted);
        Assert.True(to.TryEnqueue(item));
        Assert.True(to.TryDequeue(out item));
        item.Dispose();

        // Either it is told when the event goes, or it is served when its memory is free.
        Assert.IsNotType<TimeoutException>(await Record.ExceptionAsync(() => wait.WaitAsync(TimeSpan.FromSeconds(10))));
    }

    [Theory]
    [InlineData(EventQueueFullMode.DropOldest, 0)]
    [InlineData(EventQueueFullMode.DropOldest, 7)]
    [InlineData(EventQueueFullMode.DropNewest, 0)]
    [InlineData(EventQueueFullMode.DropNewest, 7)]
    public void Events_are_dropped_until_there_is_memory(EventQueueFullMode mode, int bits)
    {
        using QueueSubject subject = Limited((QueueForm)bits, mode);
        for (uint i = 0; i < Many; i++)
        {
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(Length, i)));
            Assert.Equal((i + 1, i + 1 - subject.Queue.Length), (subject.Queue.EnqueuedCount, subject.Queue.DroppedCount));
        }

        List<uint> left = Drain(subject.Queue);
        Assert.InRange(left.Count, 50, Many - 100);
        Assert.Equal(left.Order(), left);
        Assert.Equal(Many - 1u, left[^1]);
        Assert.Equal(mode == EventQueueFullMode.DropOldest ? left[^1] - (uint)left.Count + 1 : 0, left[0]);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(EventQueueFullMode.DropOldest)]
    [InlineData(EventQueueFullMode.DropNewest)]
    public void For_what_no_limit_would_hold_nothing_is_dropped(EventQueueFullMode mode)
    {
        using QueueSubject subject = Limited(QueueForm.GivenAllocator, mode);
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(Length, 0)));
        Assert.False(subject.Queue.TryEnqueue((int)subject.Queue.Allocator.Options.MemoryLimit + 1, 0, static (_, _) => Assert.Fail("There is no memory.")));

        // The one that did not come in.
        Assert.Equal((1L, 1L), (subject.Queue.Length, subject.Queue.DroppedCount));
        Payload.Expect(subject.Queue, Length, 0);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(EventQueueFullMode.DropOldest)]
    [InlineData(EventQueueFullMode.DropNewest)]
    public void What_is_held_cannot_be_dropped(EventQueueFullMode mode)
    {
        using QueueSubject subject = Limited(QueueForm.GivenAllocator, mode);
        List<SlabEvent> held = [];
        uint count = 0;
        while (subject.Queue.TryEnqueue(Payload.Of(Length, count)))
        {
            Assert.True(subject.Queue.TryDequeue(out SlabEvent item));
            held.Add(item);
            count++;
        }

        Assert.Equal((1L, 0L), (subject.Queue.DroppedCount, subject.Queue.Length));
        uint seed = 0;
        held.ForEach(item => Payload.VerifyAndDispose(item, Length, seed++));
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(Length, 1)));
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task It_refuses_and_counts(QueueForm form)
    {
        using QueueSubject subject = Limited(form, EventQueueFullMode.Refuse);
        uint count = Fill(subject.Queue);
        Assert.Equal(1, subject.Queue.DroppedCount);
        await Waits.Fails<SlabMemoryLimitException>(() => subject.Queue.EnqueueAsync(new byte[Length]).AsTask());
        Assert.Equal((count, 2L), (subject.Queue.Length, subject.Queue.DroppedCount));
        Payload.Expect(subject.Queue, Length, 0);
        Assert.True(subject.Queue.TryEnqueue(new byte[Length]));
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Empty_events_that_fill_the_memory_with_segments_are_refused_too(QueueForm form)
    {
        using QueueSubject subject = Limited(form, EventQueueFullMode.Wait);
        long count = 0;
        while (subject.Queue.TryEnqueue([]))
        {
            count++;
        }

        Assert.Equal(count, subject.Queue.Length);
        for (; count > 0; count--)
        {
            Assert.True(subject.Queue.TryDequeue(out SlabEvent item));
            item.Dispose();
        }

        Assert.True(subject.Queue.TryEnqueue([]));
        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task A_soft_limits_callback_may_use_the_queue()
    {
        SlabEventQueue? queue = null;
        int told = 0;
        SlabAllocatorOptions options = new()
        {
            SoftLimit = 4 * MiB,
            MemoryLimit = 16 * MiB,
            SoftLimitCallback = allocator =>
            {
                told++;
                SlabEvent[] batch = new SlabEvent[100];
                int count = queue!.TryDequeueBatch(batch);
                SlabEvent.DisposeBatch(batch.AsSpan(0, count));
                Assert.True(queue.TryEnqueue(Payload.Of(8, 8)));
                Assert.True(queue.Observe().Sizes.Count > 0);
                allocator.Trim();
            },
        };
        using var subject = new QueueSubject(QueueForm.None, new SlabEventQueueOptions { AllocatorOptions = options });
        queue = subject.Queue;
        for (uint i = 0; i < Many; i++)
        {
            if (i % 2 == 0)
            {
                await queue.EnqueueAsync(Payload.Of(Length, i));
            }
            else
            {
                Assert.True(queue.TryEnqueue(Payload.Of(Length, i)));
            }
        }

        Assert.InRange(told, 2, Many / 50);
        Assert.Equal(Many + told, queue.EnqueuedCount);
        subject.AssertLeavesNothing();
    }

    [Fact]
    public void What_a_soft_limits_callback_throws_comes_out_and_nothing_is_enqueued()
    {
        int told = 0;
        SlabAllocatorOptions options = new()
        {
            SoftLimit = 4 * MiB,
            SoftLimitCallback = _ => throw new NotSupportedException((++told).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        };
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { AllocatorOptions = options });
        uint seed = 0;
        Assert.Throws<NotSupportedException>(() =>
        {
            while (seed < Many)
            {
                subject.Queue.TryEnqueue(Payload.Of(Length, seed));
                seed++;
            }
        });
        Assert.Equal((1, seed, 0L), (told, subject.Queue.Length, subject.Queue.DroppedCount));
        for (uint i = 0; i < seed; i++)
        {
            Payload.Expect(subject.Queue, Length, i);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_soft_limits_callback_under_a_served_writer_belongs_to_that_writer(bool throws)
    {
        SlabEventQueue? queue = null;
        int told = 0;
        SlabAllocatorOptions options = new()
        {
            SoftLimit = 4 * MiB,
            MemoryLimit = 8 * MiB,
            SoftLimitCallback = _ =>
            {
                if (++told == 1)
                {
                    return;
                }

                if (throws)
                {
                    throw new NotSupportedException("the cache's own");
                }

                Assert.False(queue!.TryDequeue(out SlabEvent none));
                none.Dispose();
            },
        };
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { AllocatorOptions = options });
        queue = subject.Queue;
        Assert.True(queue.TryEnqueue(new byte[5 * MiB]));
        Assert.True(queue.TryDequeue(out SlabEvent held));
        Task wait = queue.EnqueueAsync(Payload.Of((int)(5 * MiB), 3)).AsTask();
        Task behind = queue.EnqueueAsync(Payload.Of(10, 4)).AsTask();
        Assert.False(wait.IsCompleted || behind.IsCompleted);
        Assert.Equal(1, told);
        held.Dispose();
        Assert.Equal(2, told);
        if (throws)
        {
            await Waits.Fails<NotSupportedException>(() => wait);
        }
        else
        {
            await wait.Soon();
            Payload.Expect(queue, (int)(5 * MiB), 3);
        }

        await behind.Soon();
        Payload.Expect(queue, 10, 4);
        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task Disposed_while_a_cancelled_wait_serves_the_next_the_queues_own_allocator_goes_last()
    {
        SlabEventQueue? queue = null;
        bool wasThere = false;
        int told = 0;
        SlabAllocatorOptions options = new()
        {
            SoftLimit = 4 * MiB,
            MemoryLimit = 10 * MiB,
            SoftLimitCallback = allocator =>
            {
                // The first event, the try for what is too large, and then the one behind it.
                if (++told == 3)
                {
                    Crowd.Run(queue!.Dispose);
                    wasThere = !allocator.IsDisposed;
                }
            },
        };
        queue = new SlabEventQueue(new SlabEventQueueOptions { AllocatorOptions = options });
        using var cancelled = new CancellationTokenSource();
        Assert.True(queue.TryEnqueue(new byte[5 * MiB]));
        Assert.True(queue.TryDequeue(out SlabEvent held));
        Assert.True(queue.TryEnqueue(new byte[2 * MiB]));
        Task tooLarge = queue.EnqueueAsync(new byte[9 * MiB], cancelled.Token).AsTask();
        Task behind = queue.EnqueueAsync(new byte[5 * MiB]).AsTask();
        held.Dispose();
        Assert.False(tooLarge.IsCompleted || behind.IsCompleted);
        await cancelled.CancelAsync();
        Assert.Equal((3, true, true), (told, wasThere, queue.Allocator.IsDisposed));
        await Waits.Fails<OperationCanceledException>(() => tooLarge);
        await Waits.Fails<ObjectDisposedException>(() => behind);
    }

    private static QueueSubject Limited(QueueForm form, EventQueueFullMode mode) =>
        new(form, new SlabEventQueueOptions { FullMode = mode, AllocatorOptions = new SlabAllocatorOptions { MemoryLimit = 4 * MiB, IdleGiveBack = false } });

    private static uint Fill(SlabEventQueue queue)
    {
        uint count = 0;
        while (queue.TryEnqueue(Payload.Of(Length, count)))
        {
            Assert.True(++count < Many, "No limit is in force.");
        }

        Assert.InRange(count, 50u, 150u);
        return count;
    }

    // Which of 0, 1, 2 … are there.
    private static List<uint> Drain(SlabEventQueue queue)
    {
        List<uint> seeds = [];
        uint seed = 0;
        while (queue.TryDequeue(out SlabEvent item))
        {
            while (!Pattern.Holds(Payload.AddressOf(item), (nuint)item.Length, (nuint)item.Length, seed))
            {
                Assert.True(++seed < Many, "An event is unknown, or out of order.");
            }

            seeds.Add(seed);
            item.Dispose();
        }

        return seeds;
    }
}
