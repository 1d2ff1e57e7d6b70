using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>What a full queue does: wait, drop or refuse, by count and by bytes.</summary>
public sealed class FullModeTests
{
    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    public static TheoryData<QueueForm, int> Capacities
    {
        get
        {
            TheoryData<QueueForm, int> cases = [];
            foreach (TheoryDataRow<QueueForm> form in Forms)
            {
                foreach (int capacity in (int[])[1, 2, 510, 511, 1300])
                {
                    cases.Add(form.Data, capacity);
                }
            }

            return cases;
        }
    }

    [Theory]
    [InlineData(QueueForm.None)]
    [InlineData(QueueForm.SingleReader)]
    [InlineData(QueueForm.GivenAllocator)]
    [InlineData(QueueForm.GivenAllocator | QueueForm.SingleReader)]
    public async Task Waiting_writers_come_in_first_come_first_served(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 3 });
        SlabEventQueue queue = subject.Queue;
        for (uint i = 0; i < 3; i++)
        {
            await queue.EnqueueAsync(Payload.Of(10, i));
        }

        Assert.False(queue.TryEnqueue([1]));
        Task[] waits = [.. Enumerable.Range(3, 1000).Select(i => queue.EnqueueAsync(Payload.Of(10, (uint)i)).AsTask())];
        for (uint i = 0; i < 1003; i++)
        {
            Assert.Equal(3 + i, queue.EnqueuedCount);
            Payload.Expect(queue, 10, i);

            // Who comes now comes behind those who wait: there is no room until all of them are in.
            Assert.Equal(i >= 1000, queue.TryEnqueue([]));
            Assert.Equal(3, queue.Length);
        }

        await Task.WhenAll(waits).Soon();
        Assert.Equal((3L, 1006L, 0L), (queue.PeakLength, queue.EnqueuedCount, queue.DroppedCount));
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task One_writer_that_waits_each_time_comes_in(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 1 });
        await subject.Queue.EnqueueAsync(Payload.Of(10, 0));
        for (uint i = 1; i < 2000; i++)
        {
            Assert.False(subject.Queue.TryEnqueue([1]));
            Task wait = subject.Queue.EnqueueAsync(Payload.Of(10, i)).AsTask();
            Assert.False(wait.IsCompleted);
            Payload.Expect(subject.Queue, 10, i - 1);
            await wait.Soon();
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Capacities))]
    public void The_oldest_are_dropped(QueueForm form, int capacity)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = capacity, FullMode = EventQueueFullMode.DropOldest });
        uint count = (uint)(3 * capacity) + 7;
        for (uint i = 0; i < count; i++)
        {
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(10, i)));
        }

        AssertFigures(subject.Queue, capacity, count);
        for (uint i = count - (uint)capacity; i < count; i++)
        {
            Payload.Expect(subject.Queue, 10, i);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Capacities))]
    public async Task The_newest_are_dropped(QueueForm form, int capacity)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = capacity, FullMode = EventQueueFullMode.DropNewest });
        uint count = (uint)(2 * capacity) + 7;
        for (uint i = 0; i < count; i++)
        {
            Task done = subject.Queue.EnqueueAsync(Payload.Of(10, i)).AsTask();
            Assert.True(done.IsCompletedSuccessfully);
            await done;
        }

        AssertFigures(subject.Queue, capacity, count);
        for (uint i = 0; i < capacity - 1; i++)
        {
            Payload.Expect(subject.Queue, 10, i);
        }

        Payload.Expect(subject.Queue, 10, count - 1);
        Assert.False(subject.Queue.TryDequeue(out _));

        // And it goes on.
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(10, 5)));
        Payload.Expect(subject.Queue, 10, 5);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task It_refuses_and_counts(QueueForm form)
    {
        using var subject = new QueueSubject(
            form, new SlabEventQueueOptions { Capacity = 2, ByteCapacity = 100, FullMode = EventQueueFullMode.Refuse, Name = "narrow" });
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(60, 1)));
        Assert.False(subject.Queue.TryEnqueue(new byte[41]));
        Assert.False(subject.Queue.TryEnqueue(41, 0u, Payload.Write));
        InvalidOperationException thrown = await Waits.Fails<InvalidOperationException>(() => subject.Queue.EnqueueAsync(new byte[41]).AsTask());
        Assert.Contains("narrow", thrown.Message, StringComparison.Ordinal);
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(40, 2)));
        Assert.False(subject.Queue.TryEnqueue([]));
        Assert.Equal((2L, 100L, 2L, 4L), (subject.Queue.Length, subject.Queue.BytesInFlight, subject.Queue.EnqueuedCount, subject.Queue.DroppedCount));
        Payload.Expect(subject.Queue, 60, 1);
        await subject.Queue.EnqueueAsync(Payload.Of(60, 3));
        Payload.Expect(subject.Queue, 40, 2);
        Payload.Expect(subject.Queue, 60, 3);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_large_event_drops_as_many_old_ones_as_it_takes(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { ByteCapacity = 15_000, FullMode = EventQueueFullMode.DropOldest });
        for (uint i = 0; i < 1500; i++)
        {
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(10, i)));
        }

        // All but the last byte of 12,001 are those of 1,200 events.
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(12_001, 9999)));
        Assert.Equal((1201L, 300L, 14_991L), (subject.Queue.DroppedCount, subject.Queue.Length, subject.Queue.BytesInFlight));
        for (uint i = 1201; i < 1500; i++)
        {
            Payload.Expect(subject.Queue, 10, i);
        }

        Payload.Expect(subject.Queue, 12_001, 9999);
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(15_000, 1)));
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(15_000, 2)));
        Payload.Expect(subject.Queue, 15_000, 2);
        Assert.Equal(15_000, subject.Queue.PeakBytesInFlight);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_large_event_drops_new_ones_over_the_borders_of_segments(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { ByteCapacity = 15_000, FullMode = EventQueueFullMode.DropNewest });
        var expected = new List<(int Length, uint Seed)>();
        uint seed = 0;
        long dropped = 0;
        var random = new Random(5);
        for (int round = 0; round < 60; round++)
        {
            // Back to before a border by a large one, on over it by small ones; at times to the very first.
            int small = random.Next(1500);
            for (int i = 0; i < small; i++)
            {
                Add(10);
            }

            Add(round % 7 == 0 ? 15_000 : random.Next(15_001));
            if (round % 3 == 0)
            {
                for (int taken = random.Next(expected.Count + 1); taken > 0; taken--)
                {
                    Payload.Expect(subject.Queue, expected[0].Length, expected[0].Seed);
                    expected.RemoveAt(0);
                }
            }
        }

        expected.ForEach(item => Payload.Expect(subject.Queue, item.Length, item.Seed));
        Assert.False(subject.Queue.TryDequeue(out _));
        Assert.Equal(0, subject.Queue.BytesInFlight);
        subject.AssertLeavesNothing();

        void Add(int length)
        {
            while (expected.Sum(item => item.Length) + length > 15_000)
            {
                expected.RemoveAt(expected.Count - 1);
                dropped++;
            }

            expected.Add((length, ++seed));
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(length, seed)));
            Assert.Equal((expected.Count, dropped), (subject.Queue.Length, subject.Queue.DroppedCount));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_is_held_takes_no_room(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 1, ByteCapacity = 100 });
        SlabEvent[] held = new SlabEvent[300];
        for (int i = 0; i < held.Length; i++)
        {
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(100, (uint)i)));
            Assert.False(subject.Queue.TryEnqueue([]));
            Assert.True(subject.Queue.TryDequeue(out held[i]));
        }

        for (int i = 0; i < held.Length; i++)
        {
            Payload.VerifyAndDispose(held[i], 100, (uint)i);
        }

        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task What_waits_behind_a_large_event_waits_on_though_it_would_fit()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { ByteCapacity = 100 });
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(50, 1)));
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(30, 2)));
        Task large = subject.Queue.EnqueueAsync(Payload.Of(100, 3)).AsTask();
        Task small = subject.Queue.EnqueueAsync(Payload.Of(20, 4)).AsTask();
        Payload.Expect(subject.Queue, 50, 1);
        Assert.False(large.IsCompleted || small.IsCompleted);
        Payload.Expect(subject.Queue, 30, 2);
        await large.Soon();
        Assert.False(small.IsCompleted);
        Payload.Expect(subject.Queue, 100, 3);
        await small.Soon();
        Payload.Expect(subject.Queue, 20, 4);
        subject.AssertLeavesNothing();
    }

    private static void AssertFigures(SlabEventQueue queue, int capacity, uint count)
    {
        Assert.Equal((capacity, 10L * capacity), (queue.Length, queue.BytesInFlight));
        Assert.Equal((count, count - capacity), (queue.EnqueuedCount, queue.DroppedCount));
        Assert.Equal((capacity, 10L * capacity), (queue.PeakLength, queue.PeakBytesInFlight));
    }
}
