using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Events that go from one queue to another: once, whole, and without a copy where the allocator is the same.</summary>
[Collection(AloneCollection.Name)]
public sealed class MoveTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Between_queues_of_one_allocator_the_block_goes(bool isAsync)
    {
        using var allocator = new SlabAllocator();
        using SlabEventQueue from = Of(allocator);
        using SlabEventQueue to = Of(allocator);
        for (uint i = 0; i < 1200; i++)
        {
            SlabEvent item = Take(from, (int)i % 200, i);
            nint address = Payload.AddressOf(item);
            await Move(to, item, isAsync);
            AssertGone(item);
            Assert.True(to.TryDequeue(out SlabEvent moved));
            Assert.Equal(address, Payload.AddressOf(moved));
            Payload.VerifyAndDispose(moved, (int)i % 200, i);
        }

        from.Dispose();
        to.Dispose();
        Whole.Empty(allocator);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Between_queues_of_two_allocators_the_contents_go(bool isAsync)
    {
        using var from = new QueueSubject(QueueForm.GivenAllocator);
        using var to = new QueueSubject(QueueForm.GivenAllocator);
        for (uint i = 0; i < 1200; i++)
        {
            SlabEvent item = Take(from.Queue, (int)i % 200, i);
            await Move(to.Queue, item, isAsync);
            AssertGone(item);
        }

        from.AssertLeavesNothing();
        for (uint i = 0; i < 1200; i++)
        {
            Payload.Expect(to.Queue, (int)i % 200, i);
        }

        to.AssertLeavesNothing();
    }

    [Fact]
    public void Back_to_its_own_queue_it_comes_last()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        for (uint i = 0; i < 3; i++)
        {
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(10, i)));
        }

        Assert.True(subject.Queue.TryDequeue(out SlabEvent item));
        Assert.True(subject.Queue.TryEnqueue(item));
        Assert.Equal((3L, 4L), (subject.Queue.Length, subject.Queue.EnqueuedCount));
        foreach (uint seed in (uint[])[1, 2, 0])
        {
            Payload.Expect(subject.Queue, 10, seed);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refused_it_is_the_callers_as_before(bool isOneAllocator)
    {
        using var allocator = new SlabAllocator();
        using SlabEventQueue from = Of(allocator);
        using var other = new SlabAllocator();
        using SlabEventQueue to = Of(isOneAllocator ? allocator : other, new SlabEventQueueOptions { Capacity = 1, FullMode = EventQueueFullMode.Refuse });
        SlabEvent item = Take(from, 50, 1);
        Assert.True(to.TryEnqueue([1]));
        Assert.False(to.TryEnqueue(item));
        await Waits.Fails<InvalidOperationException>(() => to.EnqueueAsync(item).AsTask());
        Assert.Equal(2, to.DroppedCount);
        Payload.Verify(item, 50, 1);
        to.Complete();
        Assert.False(to.TryEnqueue(item));
        Payload.Verify(item, 50, 1);
        to.Dispose();
        Assert.Throws<ObjectDisposedException>(() => to.TryEnqueue(item));
        Payload.VerifyAndDispose(item, 50, 1);
        from.Dispose();
        Whole.Empty(allocator);
        Whole.Empty(other);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_it_waits_for_room_nobody_can_use_it(bool isOneAllocator)
    {
        using var allocator = new SlabAllocator();
        using SlabEventQueue from = Of(allocator);
        using var other = new SlabAllocator();
        using SlabEventQueue to = Of(isOneAllocator ? allocator : other, new SlabEventQueueOptions { Capacity = 1 });
        Assert.True(to.TryEnqueue([1]));
        Task[] waits = new Task[50];
        for (int i = 0; i < waits.Length; i++)
        {
            SlabEvent item = Take(from, i, (uint)i);
            waits[i] = to.EnqueueAsync(item).AsTask();
            Assert.False(waits[i].IsCompleted);
            AssertGone(item);
            Assert.Throws<ObjectDisposedException>(() => SlabEvent.DisposeBatch([item]));
        }

        Assert.True(to.TryDequeue(out SlabEvent first));
        first.Dispose();
        for (int i = 0; i < waits.Length; i++)
        {
            await waits[i].Soon();
            Payload.Expect(to, i, (uint)i);
        }

        from.Dispose();
        to.Dispose();
        Whole.Empty(allocator);
        Whole.Empty(other);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_threads_that_move_copies_of_an_event_one_wins(bool isOneAllocator)
    {
        using var allocator = new SlabAllocator();
        using SlabEventQueue from = Of(allocator);
        using var other = new SlabAllocator();
        using SlabEventQueue to = Of(isOneAllocator ? allocator : other);
        const int Events = 1000;
        for (uint round = 0; round < 30; round++)
        {
            SlabEvent[] items = [.. Enumerable.Range(0, Events).Select(i => Take(from, 16, (uint)i))];
            int wins = 0;
            Crowd.Run(2, thread =>
            {
                foreach (SlabEvent item in items)
                {
                    try
                    {
                        if (to.TryEnqueue(item))
                        {
                            Interlocked.Increment(ref wins);
                        }
                    }
                    catch (ObjectDisposedException)
                    {
                        // The other was faster.
                    }
                }
            });
            Assert.Equal((Events, Events), (wins, to.Length));
            bool[] seen = new bool[Events];
            while (to.TryDequeue(out SlabEvent item))
            {
                uint seed = 0;
                for (; !Pattern.Holds(Payload.AddressOf(item), 16, 16, seed); seed++)
                {
                    Assert.True(seed < Events, "An event lost its contents.");
                }

                Assert.False(seen[seed], "An event came twice.");
                seen[seed] = true;
                item.Dispose();
            }
        }

        from.Dispose();
        to.Dispose();
        Whole.Empty(allocator);
        Whole.Empty(other);
    }

    private static SlabEventQueue Of(SlabAllocator allocator, SlabEventQueueOptions? options = null) =>
        new((options ?? SlabEventQueueOptions.Default) with { Allocator = allocator });

    private static SlabEvent Take(SlabEventQueue queue, int length, uint seed)
    {
        Assert.True(queue.TryEnqueue(length, seed, Payload.Write));
        Assert.True(queue.TryDequeue(out SlabEvent item));
        return item;
    }

    private static async Task Move(SlabEventQueue to, SlabEvent item, bool isAsync)
    {
        if (isAsync)
        {
            await to.EnqueueAsync(item).Soon();
        }
        else
        {
            Assert.True(to.TryEnqueue(item));
        }
    }

    private static void AssertGone(SlabEvent item)
    {
        Assert.Throws<ObjectDisposedException>(() => item.Length);
        Assert.Throws<ObjectDisposedException>(() => item.Span.Length);
        Assert.Throws<ObjectDisposedException>(item.Dispose);
    }
}
