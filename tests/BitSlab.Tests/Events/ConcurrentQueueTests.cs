using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Many producers and consumers at once: what they sent arrives whole, once, and in each producer's order.</summary>
[Collection(AloneCollection.Name)]
public sealed class ConcurrentQueueTests
{
    private const int Each = 6000;

    public static TheoryData<QueueForm, long, WriteCall, ReadCall> Cases
    {
        get
        {
            TheoryData<QueueForm, long, WriteCall, ReadCall> cases = [];
            int next = 0;
            for (int form = 0; form < 4; form++)
            {
                foreach (long capacity in (long[])[long.MaxValue, 100, 1])
                {
                    foreach (ReadCall reading in Enum.GetValues<ReadCall>())
                    {
                        cases.Add((QueueForm)form | (next % 2 == 0 ? QueueForm.GivenAllocator : 0), capacity, (WriteCall)(next++ % 3), reading);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_is_lost_doubled_or_out_of_order(QueueForm form, long capacity, WriteCall writing, ReadCall reading)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = capacity });
        (int producers, int consumers) = SidesOf(form);
        Arrivals[] arrivals = Run(subject.Queue, producers, consumers, writing, reading);
        Arrivals.AreAll(arrivals, Arrivals.Sent(producers, Each));
        Assert.True(subject.Queue.Completion.IsCompletedSuccessfully);
        Assert.Equal((0L, 0L, 0L), (subject.Queue.Length, subject.Queue.BytesInFlight, subject.Queue.DroppedCount));
        Assert.Equal((long)producers * Each, subject.Queue.EnqueuedCount);
        Assert.InRange(subject.Queue.PeakLength, 1, capacity);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(ReadCall.Try)]
    [InlineData(ReadCall.Batch)]
    [InlineData(ReadCall.ReadAll)]
    public void With_a_bound_of_bytes_too(ReadCall reading)
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { ByteCapacity = 50_000 });
        Arrivals.AreAll(Run(subject.Queue, 3, 2, WriteCall.Async, reading), Arrivals.Sent(3, Each));
        Assert.InRange(subject.Queue.PeakBytesInFlight, 1, 50_000);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(EventQueueFullMode.DropOldest, 0)]
    [InlineData(EventQueueFullMode.DropOldest, 3)]
    [InlineData(EventQueueFullMode.DropNewest, 0)]
    [InlineData(EventQueueFullMode.DropNewest, 3)]
    public void What_was_not_dropped_arrives_in_order(EventQueueFullMode mode, int bits)
    {
        foreach (long capacity in (long[])[1, 3, 600])
        {
            var form = (QueueForm)bits | QueueForm.GivenAllocator;
            using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = capacity, FullMode = mode });
            (int producers, int consumers) = SidesOf(form);
            Arrivals[] arrivals = Run(subject.Queue, producers, consumers, WriteCall.Try, ReadCall.Batch);
            Assert.Equal((long)producers * Each, subject.Queue.EnqueuedCount);
            Assert.Equal(subject.Queue.EnqueuedCount, arrivals.Sum(one => one.Count) + subject.Queue.DroppedCount);
            Assert.InRange(subject.Queue.PeakLength, 1, capacity);
            subject.AssertLeavesNothing();
        }
    }

    [Fact]
    public void What_was_not_refused_arrives()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 20, FullMode = EventQueueFullMode.Refuse });
        var accepted = new ConcurrentBag<NumberedEvent>();
        var arrivals = new Arrivals(3);
        int running = 3;
        Crowd.Run(
        [
            .. Enumerable.Range(0, 3).Select(producer => (Action)(() =>
            {
                for (int number = 0; number < Each; number++)
                {
                    var item = new NumberedEvent(producer, number);
                    if (subject.Queue.TryEnqueue(item.ToArray()))
                    {
                        accepted.Add(item);
                    }
                }

                CompleteLast(subject.Queue, ref running);
            })),
            () => QueueCalls.Consume(subject.Queue, ReadCall.Try, items => NoteAndDispose(arrivals, items)).GetAwaiter().GetResult(),
        ]);
        Arrivals.AreAll([arrivals], accepted);
        Assert.Equal(3L * Each, accepted.Count + subject.Queue.DroppedCount);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(ReadCall.Async)]
    [InlineData(ReadCall.Batch)]
    public void Events_may_be_disposed_on_a_third_thread(ReadCall reading)
    {
        using var subject = new QueueSubject(QueueForm.SingleReader | QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 200 });
        using var passed = new BlockingCollection<SlabEvent[]>(50);
        var arrivals = new Arrivals(2);
        int running = 2;
        Crowd.Run(
            () => Produce(0),
            () => Produce(1),
            () =>
            {
                QueueCalls.Consume(subject.Queue, reading, items => passed.Add(items.ToArray())).GetAwaiter().GetResult();
                passed.CompleteAdding();
            },
            () =>
            {
                foreach (SlabEvent[] items in passed.GetConsumingEnumerable())
                {
                    NoteAndDispose(arrivals, items);
                }
            });
        Arrivals.AreAll([arrivals], Arrivals.Sent(2, Each));
        subject.AssertLeavesNothing();

        void Produce(int producer)
        {
            QueueCalls.Produce(subject.Queue, WriteCall.Async, producer, Each).GetAwaiter().GetResult();
            CompleteLast(subject.Queue, ref running);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Events_may_move_along_a_line_of_queues(bool isOneAllocator)
    {
        using var shared = new SlabAllocator();
        SlabEventQueue[] line =
        [
            .. Enumerable.Range(0, 3).Select(i => new SlabEventQueue(new SlabEventQueueOptions
            {
                Capacity = 10 + (i * 40),
                Allocator = isOneAllocator ? shared : null,
                SingleReader = true,
                SingleWriter = i != 0,
            })),
        ];
        var arrivals = new Arrivals(2);
        int running = 2;
        Crowd.Run(
            () => Produce(0),
            () => Produce(1),
            () => Move(line[0], line[1]).GetAwaiter().GetResult(),
            () => Move(line[1], line[2]).GetAwaiter().GetResult(),
            () => QueueCalls.Consume(line[2], ReadCall.ReadAll, items => NoteAndDispose(arrivals, items)).GetAwaiter().GetResult());
        Arrivals.AreAll([arrivals], Arrivals.Sent(2, Each));
        foreach (SlabEventQueue queue in line)
        {
            Assert.True(queue.Completion.IsCompletedSuccessfully);
            queue.Dispose();
        }

        Whole.Empty(shared);

        void Produce(int producer)
        {
            QueueCalls.Produce(line[0], WriteCall.Async, producer, Each).GetAwaiter().GetResult();
            CompleteLast(line[0], ref running);
        }

        static async Task Move(SlabEventQueue from, SlabEventQueue to)
        {
            await foreach (SlabEvent item in from.ReadAllAsync())
            {
                await to.EnqueueAsync(item);
            }

            to.Complete();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Others_may_look_beside_it(int bits)
    {
        using var subject = new QueueSubject((QueueForm)bits | QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 100, Name = "looked at" });
        SlabEventQueue queue = subject.Queue;
        using var listener = new QueueListener();
        bool isDone = false;
        Arrivals[] arrivals = [];
        (int producers, int consumers) = SidesOf((QueueForm)bits);
        Crowd.Run(
            () =>
            {
                arrivals = Run(queue, producers, consumers, WriteCall.Try, ReadCall.Batch);
                Volatile.Write(ref isDone, true);
            },
            () =>
            {
                long enqueued = 0;
                for (int looks = 0; !Volatile.Read(ref isDone); looks++)
                {
                    SlabEventObservation seen = queue.Observe();
                    Assert.InRange(seen.Sizes.Count + seen.LargerEvents, enqueued, queue.EnqueuedCount);
                    Assert.InRange(seen.AverageLength, 0, 100);
                    enqueued = seen.Sizes.Count + seen.LargerEvents;
                    Assert.True(queue.Length >= 0 && queue.BytesInFlight >= 0 && queue.DroppedCount == 0);
                    Assert.InRange(queue.PeakLength, 0, 100);
                    if (looks % 100 == 0)
                    {
                        Assert.All(listener.Observe("looked at"), figure => Assert.True(figure.Value >= 0));
                    }
                }
            });
        Arrivals.AreAll(arrivals, Arrivals.Sent(producers, Each));
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Completed_while_the_last_event_is_taken_it_ends(int bits)
    {
        using var allocator = new SlabAllocator();
        var random = new Random(bits);
        for (int round = 0; round < 60; round++)
        {
            SlabEventQueue[] queues =
            [
                .. Enumerable.Range(0, 200).Select(_ => new SlabEventQueue(new SlabEventQueueOptions
                {
                    Allocator = allocator,
                    SingleWriter = (bits & 1) != 0,
                    SingleReader = (bits & 2) != 0,
                })),
            ];
            Array.ForEach(queues, queue => Assert.True(queue.TryEnqueue([1])));
            var pace = new Pace(2);
            Crowd.Run(2, thread =>
            {
                for (int i = 0; i < queues.Length; i++)
                {
                    pace.Next(i);
                    if (thread == 0)
                    {
                        queues[i].Complete();
                    }
                    else
                    {
                        // A take is much shorter: by a random lead of the other it meets each of its instructions.
                        for (int lead = random.Next(300); lead > 0; lead--)
                        {
                            Volatile.Read(ref lead);
                        }

                        Assert.True(queues[i].TryDequeue(out SlabEvent item));
                        item.Dispose();
                    }
                }
            });
            Assert.All(queues, queue => Assert.True(queue.Completion.IsCompletedSuccessfully, "It is completed and drained, and does not say so."));
            Array.ForEach(queues, queue => queue.Dispose());
        }

        Whole.Empty(allocator);
    }

    [Fact]
    public void Cancelled_at_random_nothing_is_lost_or_doubled()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 2 });
        var accepted = new ConcurrentBag<NumberedEvent>();
        Arrivals[] arrivals = [new(3), new(3)];
        int running = 3;
        Crowd.Run(
        [
            .. Enumerable.Range(0, 3).Select(producer => (Action)(() =>
            {
                Produce(producer).GetAwaiter().GetResult();
                CompleteLast(subject.Queue, ref running);
            })),
            .. arrivals.Select(own => (Action)(() => Consume(own).GetAwaiter().GetResult())),
        ]);
        Arrivals.AreAll(arrivals, accepted);
        Assert.InRange(accepted.Count, 100, 3 * 3000);
        Assert.Equal(accepted.Count, subject.Queue.EnqueuedCount);
        subject.AssertLeavesNothing();

        async Task Produce(int producer)
        {
            var random = new Random(producer);
            for (int number = 0; number < 3000; number++)
            {
                var item = new NumberedEvent(producer, number);
                using CancellationTokenSource source = Soon(random);
                try
                {
                    await subject.Queue.EnqueueAsync(item.ToArray(), source.Token);
                    accepted.Add(item);
                }
                catch (OperationCanceledException)
                {
                    // Not enqueued.
                }
            }
        }

        async Task Consume(Arrivals own)
        {
            var random = new Random(7);
            try
            {
                while (true)
                {
                    using CancellationTokenSource source = Soon(random);
                    try
                    {
                        SlabEvent item = await subject.Queue.DequeueAsync(source.Token);
                        own.Note(item);
                        item.Dispose();
                    }
                    catch (OperationCanceledException)
                    {
                        // Not taken.
                    }
                }
            }
            catch (ChannelClosedException)
            {
                // The end.
            }
        }

        // At once, while it waits, or never.
        static CancellationTokenSource Soon(Random random)
        {
            var source = new CancellationTokenSource();
            if (random.Next(20) == 0)
            {
                source.Cancel();
            }
            else if (random.Next(2) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    static cancelled =>
                    {
                        try
                        {
                            cancelled.Cancel();
                        }
                        catch (ObjectDisposedException)
                        {
                            // The call is long over.
                        }
                    },
                    source,
                    preferLocal: false);
            }

            return source;
        }
    }

    [Theory]
    [MemberData(nameof(QueueSubject.Forms), MemberType = typeof(QueueSubject))]
    public void Disposed_while_waits_are_cancelled_all_end_and_all_memory_is_given_back(QueueForm form)
    {
        const int Rounds = 200;
        const int Waits = 8;
        for (int round = 0; round < Rounds; round++)
        {
            using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 1 });
            bool reads = round % 2 == 0;
            int waits = form.HasFlag(reads ? QueueForm.SingleReader : QueueForm.SingleWriter) ? 1 : Waits;
            Assert.True(reads || subject.Queue.TryEnqueue(new byte[100]));
            var sources = new CancellationTokenSource[waits];
            var tasks = new Task[waits];
            for (int i = 0; i < waits; i++)
            {
                sources[i] = new CancellationTokenSource();
                tasks[i] = reads ? subject.Queue.DequeueAsync(sources[i].Token).AsTask() : subject.Queue.EnqueueAsync(new byte[100 + i], sources[i].Token).AsTask();
            }

            Crowd.Run(
                () => Array.ForEach(sources, source => source.Cancel()),
                subject.Queue.Dispose);
            foreach (Task task in tasks)
            {
                Exception? end = Record.Exception(() => task.WaitAsync(Crowd.HangGuard).GetAwaiter().GetResult());
                Assert.True(end is OperationCanceledException or ObjectDisposedException, $"It ended with {end}.");
            }

            // An allocator of the queue's own goes with the last that uses it.
            Assert.True(SpinWait.SpinUntil(() => form.HasFlag(QueueForm.GivenAllocator) || subject.Queue.Allocator.IsDisposed, Crowd.HangGuard));
            subject.AssertLeavesNothing();
            Array.ForEach(sources, source => source.Dispose());
        }
    }

    [Fact]
    public void At_the_allocators_limit_nothing_is_lost_either()
    {
        using var subject = new QueueSubject(
            QueueForm.GivenAllocator, new SlabEventQueueOptions { AllocatorOptions = new() { MemoryLimit = 3 << 20, IdleGiveBack = false } });
        Arrivals.AreAll(Run(subject.Queue, 2, 1, WriteCall.Async, ReadCall.Async), Arrivals.Sent(2, Each));
        subject.AssertLeavesNothing();
    }

    [Fact]
    public void Lost_doubled_and_broken_events_are_noticed()
    {
        using var queue = new SlabEventQueue();
        var arrivals = new Arrivals(1);
        Send(0);
        Send(1);
        Assert.ThrowsAny<Exception>(() => Arrivals.AreAll([arrivals], Arrivals.Sent(1, 3)));
        Assert.Throws<InvalidOperationException>(() => Send(1));
        Assert.Throws<InvalidOperationException>(() => Send(0));
        Send(3);
        Assert.ThrowsAny<Exception>(() => Arrivals.AreAll([arrivals], Arrivals.Sent(1, 3)));
        byte[] broken = new NumberedEvent(0, 4).ToArray();
        broken[^1] ^= 1;
        Assert.Throws<InvalidOperationException>(() => NumberedEvent.Read(broken));
        Assert.Throws<InvalidOperationException>(() => NumberedEvent.Read(new NumberedEvent(0, 4).ToArray().AsSpan(..^1)));

        void Send(long number)
        {
            Assert.True(queue.TryEnqueue(new NumberedEvent(0, number).ToArray()));
            Assert.True(queue.TryDequeue(out SlabEvent item));
            arrivals.Note(item);
        }
    }

    private static (int Producers, int Consumers) SidesOf(QueueForm form) =>
        (form.HasFlag(QueueForm.SingleWriter) ? 1 : 3, form.HasFlag(QueueForm.SingleReader) ? 1 : 2);

    private static Arrivals[] Run(SlabEventQueue queue, int producers, int consumers, WriteCall writing, ReadCall reading)
    {
        Arrivals[] arrivals = [.. Enumerable.Range(0, consumers).Select(_ => new Arrivals(producers))];
        int running = producers;
        Crowd.Run(
        [
            .. Enumerable.Range(0, producers).Select(producer => (Action)(() =>
            {
                QueueCalls.Produce(queue, writing, producer, Each).GetAwaiter().GetResult();
                CompleteLast(queue, ref running);
            })),
            .. arrivals.Select(own => (Action)(() => QueueCalls.Consume(queue, reading, items => NoteAndDispose(own, items)).GetAwaiter().GetResult())),
        ]);
        return arrivals;
    }

    private static void CompleteLast(SlabEventQueue queue, ref int running)
    {
        if (Interlocked.Decrement(ref running) == 0)
        {
            queue.Complete();
        }
    }

    private static void NoteAndDispose(Arrivals arrivals, ReadOnlyMemory<SlabEvent> items)
    {
        foreach (SlabEvent item in items.Span)
        {
            arrivals.Note(item);
        }

        SlabEvent.DisposeBatch(items.Span);
    }
}
