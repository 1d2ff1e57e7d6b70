using System;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>What goes in comes out, in order, and bad input is refused.</summary>
public sealed class EnqueueTests
{
    private const int SlotsPerSegment = 510;

    private static readonly int[] s_lengths = [0, 1, 7, 8, 100, 1024, 1025, 32_768, 32_769, 40_000, 300_000, 0, 3];

    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Events_of_any_length_come_out_as_they_went_in(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        uint seed = 0;
        foreach (int length in s_lengths)
        {
            Assert.True(queue.TryEnqueue(Payload.Of(length, ++seed)));
            Assert.True(queue.TryEnqueue(length, ++seed, Payload.Write));
            await queue.EnqueueAsync(Payload.Of(length, ++seed));
        }

        Assert.Equal((3L * s_lengths.Length, 3L * s_lengths.Sum()), (queue.Length, queue.BytesInFlight));
        seed = 0;
        foreach (int length in s_lengths)
        {
            Payload.Expect(queue, length, ++seed);
            Payload.VerifyAndDispose(await queue.DequeueAsync(), length, ++seed);
            SlabEvent[] batch = new SlabEvent[1];
            Assert.Equal(1, queue.TryDequeueBatch(batch));
            Payload.VerifyAndDispose(batch[0], length, ++seed);
        }

        Assert.Equal((0L, 0L, 3L * s_lengths.Length), (queue.Length, queue.BytesInFlight, queue.EnqueuedCount));
        Assert.Equal((3L * s_lengths.Length, 3L * s_lengths.Sum(), 3L * s_lengths.Sum()), (queue.PeakLength, queue.PeakBytesInFlight, queue.EnqueuedBytes));
        Assert.Equal(0, queue.DroppedCount);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void First_in_is_first_out_over_several_segments(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        const int Count = (5 * SlotsPerSegment) + 3;
        uint seen = 0;
        for (uint i = 0; i < Count; i++)
        {
            Assert.True(queue.TryEnqueue(Payload.Of((int)i % 50, i)));
        }

        // Now and then the queue is empty, at all places of a segment.
        for (uint i = Count; i < 3 * Count; i++)
        {
            for (uint left = i % 97 == 0 ? i - seen : 1; left != 0; left--, seen++)
            {
                Payload.Expect(queue, (int)seen % 50, seen);
            }

            Assert.True(queue.TryEnqueue(Payload.Of((int)i % 50, i)));
            Assert.Equal(i + 1 - seen, queue.Length);
        }

        for (; seen < 3 * Count; seen++)
        {
            Payload.Expect(queue, (int)seen % 50, seen);
        }

        Assert.False(queue.TryDequeue(out _));
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_queue_that_fills_and_drains_keeps_no_memory_of_events(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        for (int round = 0; round < 20; round++)
        {
            for (uint i = 0; i < 1300; i++)
            {
                Assert.True(subject.Queue.TryEnqueue(Payload.Of(20, i)));
            }

            for (uint i = 0; i < 1300; i++)
            {
                Payload.Expect(subject.Queue, 20, i);
            }

            // A segment is in use, and at most one stands ready.
            Assert.InRange(subject.LiveBlocks, 0, 2);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_a_writer_throws_comes_out_and_nothing_is_enqueued(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        Assert.True(queue.TryEnqueue([1]));
        long before = subject.LiveBlocks;
        var thrown = new NotSupportedException("the writer's own");
        foreach (int length in s_lengths)
        {
            Assert.Same(thrown, Assert.Throws<NotSupportedException>(() => queue.TryEnqueue(length, thrown, static (_, error) => throw error)));
        }

        Assert.Equal((1L, 1L, 1L, 0L), (queue.Length, queue.BytesInFlight, queue.EnqueuedCount, queue.DroppedCount));
        Assert.Equal(before, subject.LiveBlocks);
        Assert.True(queue.TryEnqueue(5, 7u, Payload.Write));
        queue.TryDequeue(out SlabEvent first);
        first.Dispose();
        Payload.Expect(queue, 5, 7);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_writer_may_use_the_queue(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        Assert.True(queue.TryEnqueue(Payload.Of(10, 1)));
        int calls = 0;
        Assert.True(queue.TryEnqueue(20, queue, (bytes, inner) =>
        {
            calls++;
            Assert.Equal(20, bytes.Length);
            Payload.Expect(inner, 10, 1);
            Assert.True(inner.TryEnqueue(Payload.Of(30, 3)));
            Assert.Equal(1, inner.Length);
            Assert.Equal(2, inner.Observe().Sizes.Count);
            Payload.Write(bytes, 2);
        }));
        Assert.Equal(1, calls);
        Payload.Expect(queue, 30, 3);
        Payload.Expect(queue, 20, 2);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_queue_that_its_writer_completes_takes_nothing(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        Assert.False(subject.Queue.TryEnqueue(20, subject.Queue, static (_, inner) => inner.Complete()));
        Assert.Equal((0L, 0L), (subject.Queue.Length, subject.Queue.EnqueuedCount));
        Assert.True(subject.Queue.Completion.IsCompletedSuccessfully);
        Assert.Equal(0, subject.LiveBlocks);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_queue_that_its_writer_fills_takes_nothing(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 1 });
        Assert.False(subject.Queue.TryEnqueue(20, subject.Queue, static (_, inner) => Assert.True(inner.TryEnqueue(Payload.Of(4, 4)))));
        Assert.Equal((1L, 1L), (subject.Queue.Length, subject.Queue.EnqueuedCount));
        Payload.Expect(subject.Queue, 4, 4);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Negative_sizes_and_missing_writers_are_refused(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        foreach (int size in (int[])[-1, -100, int.MinValue])
        {
            Assert.Equal("size", Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryEnqueue(size, 0u, Payload.Write)).ParamName);
        }

        Assert.Equal("writer", Assert.Throws<ArgumentNullException>(() => queue.TryEnqueue(1, 0, null!)).ParamName);
        Assert.Equal(0, queue.EnqueuedCount);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Events_above_the_byte_capacity_are_refused_by_every_call(QueueForm form)
    {
        foreach (EventQueueFullMode mode in Enum.GetValues<EventQueueFullMode>())
        {
            using var subject = new QueueSubject(form, new SlabEventQueueOptions { ByteCapacity = 1000, FullMode = mode });
            using var source = new SlabEventQueue();
            SlabEventQueue queue = subject.Queue;
            byte[] large = new byte[1001];
            Assert.True(source.TryEnqueue(large));
            Assert.True(source.TryDequeue(out SlabEvent item));
            Assert.Equal("payload", Assert.Throws<ArgumentException>(() => queue.TryEnqueue(large)).ParamName);
            Assert.Equal("payload", (await Waits.Fails<ArgumentException>(() => queue.EnqueueAsync(large).AsTask())).ParamName);
            Assert.Equal("source", Assert.Throws<ArgumentException>(() => queue.TryEnqueue(item)).ParamName);
            Assert.Equal("source", (await Waits.Fails<ArgumentException>(() => queue.EnqueueAsync(item).AsTask())).ParamName);
            Assert.Equal("size", Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryEnqueue(1001, 0u, Payload.Write)).ParamName);
            Assert.Equal((0L, 0L, 1001), (queue.EnqueuedCount, queue.DroppedCount, item.Length));
            Assert.True(queue.TryEnqueue(new byte[1000]));
            Assert.Equal(1000, queue.BytesInFlight);
            subject.AssertLeavesNothing();
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_full_queue_does_not_call_the_writer(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 2 });
        SlabEventQueue queue = subject.Queue;
        Assert.True(queue.TryEnqueue([1]));
        Assert.True(queue.TryEnqueue([2]));
        Assert.False(queue.TryEnqueue(1, 0, static (_, _) => Assert.Fail("The queue is full.")));
        Assert.Equal(0, queue.DroppedCount);
        subject.AssertLeavesNothing();
    }

    [Fact]
    public void Two_queues_may_share_an_allocator()
    {
        using var allocator = new SlabAllocator();
        using var one = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator });
        using var two = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator });
        for (uint i = 0; i < 1000; i++)
        {
            Assert.True(one.TryEnqueue(Payload.Of(33, i)));
            Assert.True(two.TryEnqueue(Payload.Of(33, i + 5000)));
        }

        one.Dispose();
        for (uint i = 0; i < 1000; i++)
        {
            Payload.Expect(two, 33, i + 5000);
        }

        two.Dispose();
        Whole.Empty(allocator);
    }
}
