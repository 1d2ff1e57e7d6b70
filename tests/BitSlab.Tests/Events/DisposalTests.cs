using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using System.Threading.Tasks;
using BitSlab.Events;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Disposal gives everything back, whatever is under way, and nothing can be done with the queue behind it.</summary>
public sealed class DisposalTests
{
    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_disposed_queue_refuses_every_call(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 5000, Name = "gone" });
        using var source = new SlabEventQueue();
        SlabEventQueue queue = subject.Queue;
        Assert.True(source.TryEnqueue([1]));
        Assert.True(source.TryDequeue(out SlabEvent item));
        Fill(queue, 1200);
        queue.Dispose();
        queue.Dispose();
        Func<object?>[] calls =
        [
            () => queue.TryEnqueue([1]), () => queue.TryEnqueue(5, 0u, Payload.Write), () => queue.TryEnqueue(item), () => queue.TryDequeue(out _),
            () => queue.TryDequeueBatch(new SlabEvent[3]), () => queue.TryDequeueBatch([]), queue.Observe,
        ];
        for (int i = 0; i < calls.Length; i++)
        {
            Exception? thrown = Record.Exception(calls[i]);
            Assert.True(thrown is ObjectDisposedException, $"Call {i} gave {thrown?.GetType().Name ?? "no exception"}.");
            Assert.Contains("gone", thrown!.Message, StringComparison.Ordinal);
        }

        Func<Task>[] waits =
        [
            () => queue.EnqueueAsync(new byte[1]).AsTask(), () => queue.EnqueueAsync(item).AsTask(), () => queue.DequeueAsync().AsTask(),
            () => queue.WaitToDequeueAsync().AsTask(), () => queue.ReadAllAsync().GetAsyncEnumerator().MoveNextAsync().AsTask(), () => queue.Completion,
        ];
        foreach (Func<Task> wait in waits)
        {
            await Waits.Fails<ObjectDisposedException>(wait);
        }

        Assert.False(queue.TryComplete());
        Assert.Throws<ChannelClosedException>(() => queue.Complete());
        Assert.Equal((0L, 0L, 1200L, 1200L), (queue.Length, queue.BytesInFlight, queue.EnqueuedCount, queue.PeakLength));
        Assert.Equal("gone", queue.Options.Name);
        Assert.Equal(1, item.Length);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Events_inside_go_with_the_queue(QueueForm form)
    {
        foreach (int count in (int[])[0, 1, 509, 510, 511, 1020, 1021, 3000])
        {
            foreach (int taken in (int[])[0, count / 2, count])
            {
                using var subject = new QueueSubject(form);
                Fill(subject.Queue, count);
                for (int i = 0; i < taken; i++)
                {
                    Payload.Expect(subject.Queue, i % 100, (uint)i);
                }

                subject.AssertLeavesNothing();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Held_events_go_with_the_queues_own_allocator_and_stay_in_a_given_one(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        Fill(subject.Queue, 300);
        SlabEvent[] held = new SlabEvent[200];
        Assert.Equal(200, subject.Queue.TryDequeueBatch(held));
        bool isGiven = form.HasFlag(QueueForm.GivenAllocator);
        subject.AssertLeavesNothing(heldEvents: 200);
        for (int i = 0; i < held.Length; i++)
        {
            if (isGiven)
            {
                Payload.VerifyAndDispose(held[i], i % 100, (uint)i);
                Assert.Throws<ObjectDisposedException>(held[i].Dispose);
            }
            else
            {
                int index = i;
                Assert.Throws<ObjectDisposedException>(() => held[index].Length);
                Assert.Throws<ObjectDisposedException>(() => held[index].Span.Length);

                // Their memory has gone: there is nothing to complain of.
                held[i].Dispose();
                held[i].Dispose();
            }
        }

        if (!isGiven)
        {
            SlabEvent.DisposeBatch(held);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Who_waits_for_events_is_told(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        Task[] waiting =
        [
            .. Enumerable.Range(0, form.HasFlag(QueueForm.SingleReader) ? 1 : 10).Select(_ => queue.DequeueAsync().AsTask()),
            queue.WaitToDequeueAsync().AsTask(), queue.Completion,
        ];
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        subject.AssertLeavesNothing();
        foreach (Task task in waiting)
        {
            await Waits.Fails<ObjectDisposedException>(() => task);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Who_waits_for_room_is_told_and_keeps_the_event(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 1 });
        using var source = new SlabEventQueue();
        Assert.True(subject.Queue.TryEnqueue([1]));
        Assert.True(source.TryEnqueue([7]));
        Assert.True(source.TryDequeue(out SlabEvent moved));
        Task[] waiting =
        [
            subject.Queue.EnqueueAsync(moved).AsTask(),
            .. Enumerable.Range(0, form.HasFlag(QueueForm.SingleWriter) ? 0 : 10).Select(i => subject.Queue.EnqueueAsync(new byte[i]).AsTask()),
        ];
        subject.AssertLeavesNothing();
        foreach (Task task in waiting)
        {
            await Waits.Fails<ObjectDisposedException>(() => task);
        }

        Assert.True(moved.Span is [7]);
        moved.Dispose();
    }

    [Fact]
    public async Task A_completed_queue_with_events_inside_ends_disposed()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        Fill(subject.Queue, 10);
        subject.Queue.Complete();
        subject.AssertLeavesNothing();
        await Waits.Fails<ObjectDisposedException>(() => subject.Queue.Completion);
    }

    [Fact]
    public void Children_of_the_own_allocator_are_reported_and_all_else_is_done()
    {
        var queue = new SlabEventQueue();
        using SlabAllocator child = queue.Allocator.CreateChild(new SlabAllocatorOptions());
        Fill(queue, 10);
        Assert.Throws<InvalidOperationException>(queue.Dispose);
        Assert.Throws<ObjectDisposedException>(() => queue.TryDequeue(out _));
        child.Dispose();
        queue.Allocator.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1100)]
    public void A_forgotten_queue_gives_memory_back(int events)
    {
        using var allocator = new SlabAllocator();
        WeakReference<SlabEventQueue>[] forgotten = [Forget(allocator, events), Forget(null, events)];
        for (int round = 0; round < 20 && (allocator.GetStatistics().LiveBlocks != 0 || Array.Exists(forgotten, IsAlive)); round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.DoesNotContain(forgotten, IsAlive);
        Whole.Empty(allocator);
        Assert.DoesNotContain(LiveQueues.All, queue => queue.Options.Name == "forgotten");

        static bool IsAlive(WeakReference<SlabEventQueue> queue) => queue.TryGetTarget(out _);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<SlabEventQueue> Forget(SlabAllocator? allocator, int events)
    {
        var queue = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator, Capacity = 2000, Name = "forgotten" });
        Fill(queue, events);
        if (events != 0)
        {
            List<SlabEvent> few = [];
            for (int i = 0; i < 5; i++)
            {
                Assert.True(queue.TryDequeue(out SlabEvent item));
                few.Add(item);
            }

            few.ForEach(static item => item.Dispose());
        }

        return new WeakReference<SlabEventQueue>(queue);
    }

    private static void Fill(SlabEventQueue queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(queue.TryEnqueue(Payload.Of(i % 100, (uint)i)));
        }
    }
}
