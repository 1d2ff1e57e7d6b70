using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>The ways to take events out, and to wait for them.</summary>
public sealed class DequeueTests
{
    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_empty_queue_gives_nothing(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEvent[] batch = new SlabEvent[3];
        for (int round = 0; round < 3; round++)
        {
            Assert.False(subject.Queue.TryDequeue(out SlabEvent none));
            Assert.Equal(default, none);
            Assert.Equal(0, subject.Queue.TryDequeueBatch(batch));
            Assert.Equal(0, subject.Queue.TryDequeueBatch([]));
            Assert.True(subject.Queue.TryEnqueue([1]));
            Assert.Equal(0, subject.Queue.TryDequeueBatch([]));
            Assert.True(subject.Queue.TryDequeue(out SlabEvent item));
            item.Dispose();
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Batches_take_what_is_there_and_fits_in_order(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        uint sent = 0;
        uint seen = 0;
        foreach (int size in (int[])[1, 2, 63, 64, 65, 509, 510, 511, 1500])
        {
            for (int i = 0; i < 1024; i++, sent++)
            {
                Assert.True(subject.Queue.TryEnqueue(Payload.Of((int)sent % 70, sent)));
            }

            SlabEvent[] batch = new SlabEvent[size];
            int count;
            while ((count = subject.Queue.TryDequeueBatch(batch)) != 0)
            {
                Assert.Equal(long.Min(size, sent - seen), count);
                foreach (SlabEvent item in batch.AsSpan(0, count))
                {
                    Payload.Verify(item, (int)seen % 70, seen);
                    seen++;
                }

                Assert.Equal(sent - seen, subject.Queue.Length);
                SlabEvent.DisposeBatch(batch.AsSpan(0, count));
            }

            Assert.Equal(sent, seen);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_wait_ends_when_an_event_comes(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        for (uint i = 0; i < 5; i++)
        {
            Task<SlabEvent> waiting = subject.Queue.DequeueAsync().AsTask();
            Assert.False(waiting.IsCompleted);
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(100, i)));
            Payload.VerifyAndDispose(await waiting.Soon(), 100, i);
        }

        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task Who_waits_longest_is_served_first()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        Task<SlabEvent>[] waiting = [.. Enumerable.Range(0, 100).Select(_ => subject.Queue.DequeueAsync().AsTask())];
        for (uint i = 0; i < 100; i++)
        {
            Assert.False(waiting[i].IsCompleted);
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(5, i)));
            Payload.VerifyAndDispose(await waiting[i].Soon(), 5, i);
        }

        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task All_who_watch_are_told_and_the_event_stays()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        for (uint round = 0; round < 5; round++)
        {
            Task<bool>[] watching = [.. Enumerable.Range(0, 20).Select(_ => subject.Queue.WaitToDequeueAsync().AsTask())];
            Assert.All(watching, watch => Assert.False(watch.IsCompleted));
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(5, round)));
            Assert.All(await Task.WhenAll(watching).Soon(), Assert.True);
            Assert.True(await subject.Queue.WaitToDequeueAsync().Soon());
            Payload.Expect(subject.Queue, 5, round);
        }

        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task Who_watches_takes_no_event_from_who_waits()
    {
        using var subject = new QueueSubject(QueueForm.None);
        Task<bool> watching = subject.Queue.WaitToDequeueAsync().AsTask();
        Task<SlabEvent> waiting = subject.Queue.DequeueAsync().AsTask();
        Task<bool> another = subject.Queue.WaitToDequeueAsync().AsTask();
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(5, 1)));
        Payload.VerifyAndDispose(await waiting.Soon(), 5, 1);
        Assert.True(await watching.Soon() && await another.Soon());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task All_are_read_to_the_end(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        Task writing = Task.Run(async () =>
        {
            for (uint i = 0; i < 5000; i++)
            {
                await subject.Queue.EnqueueAsync(Payload.Of((int)i % 90, i));
                if (i % 500 == 0)
                {
                    await Task.Yield();
                }
            }

            subject.Queue.Complete();
        });
        uint seen = 0;
        await foreach (SlabEvent item in subject.Queue.ReadAllAsync())
        {
            Payload.VerifyAndDispose(item, (int)seen % 90, seen);
            seen++;
        }

        await writing.Soon();
        Assert.Equal(5000u, seen);
        Assert.True(subject.Queue.Completion.IsCompletedSuccessfully);
        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task Who_stops_reading_leaves_the_rest()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        for (uint i = 0; i < 10; i++)
        {
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(9, i)));
        }

        uint seen = 0;
        for (uint stop = 3; stop <= 10; stop += 7)
        {
            await foreach (SlabEvent item in subject.Queue.ReadAllAsync())
            {
                Payload.VerifyAndDispose(item, 9, seen++);
                if (seen == stop)
                {
                    break;
                }
            }

            Assert.Equal(10 - stop, subject.Queue.Length);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_side_may_be_another_thread_each_time(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        Worker[] workers = [new(), new(), new()];
        List<SlabEvent> held = [];
        for (uint i = 0; i < 600; i++)
        {
            workers[i % 3].Run(() => Assert.True(subject.Queue.TryEnqueue(Payload.Of(60, i))));
            workers[(i + 1) % 3].Run(() =>
            {
                Assert.True(subject.Queue.TryDequeue(out SlabEvent item));
                held.Add(item);
            });
        }

        uint seed = 0;
        held.ForEach(item => workers[seed % 3].Run(() => Payload.VerifyAndDispose(item, 60, seed++)));
        foreach (Worker worker in workers)
        {
            worker.Dispose();
        }

        subject.AssertLeavesNothing();
    }
}
