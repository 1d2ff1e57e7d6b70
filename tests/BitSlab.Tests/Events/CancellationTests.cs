using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Cancellation before, in and behind every wait: nothing is taken or enqueued, and the next one waits on.</summary>
public sealed class CancellationTests
{
    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_token_that_is_cancelled_already_ends_every_call(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 5 });
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(3, 1)));
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(3, 2)));
        Assert.True(subject.Queue.TryDequeue(out SlabEvent item));
        Func<CancellationToken, Task>[] waits =
        [
            token => subject.Queue.EnqueueAsync(new byte[1], token).AsTask(), token => subject.Queue.EnqueueAsync(item, token).AsTask(),
            token => subject.Queue.DequeueAsync(token).AsTask(), token => subject.Queue.WaitToDequeueAsync(token).AsTask(),
            token => subject.Queue.ReadAllAsync(token).GetAsyncEnumerator(CancellationToken.None).MoveNextAsync().AsTask(),
            token => subject.Queue.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator(token).MoveNextAsync().AsTask(),
        ];
        foreach (Func<CancellationToken, Task> wait in waits)
        {
            await Cancelled(wait(cancelled.Token), cancelled.Token);
        }

        Assert.Equal((1L, 2L), (subject.Queue.Length, subject.Queue.EnqueuedCount));
        Payload.VerifyAndDispose(item, 3, 1);
        Payload.Expect(subject.Queue, 3, 2);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_wait_for_an_event_that_is_cancelled_takes_none(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        for (uint round = 0; round < 20; round++)
        {
            using var source = new CancellationTokenSource();
            await using var reading = subject.Queue.ReadAllAsync(source.Token).GetAsyncEnumerator(CancellationToken.None);
            Task wait = (round % 3) switch
            {
                0 => subject.Queue.DequeueAsync(source.Token).AsTask(),
                1 => subject.Queue.WaitToDequeueAsync(source.Token).AsTask(),
                _ => reading.MoveNextAsync().AsTask(),
            };
            Assert.False(wait.IsCompleted);
            source.Cancel();
            await Cancelled(wait, source.Token);
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(4, round)));
            Payload.Expect(subject.Queue, 4, round);
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_wait_for_room_that_is_cancelled_enqueues_nothing(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 1 });
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(4, 0)));
        long blocks = subject.LiveBlocks;
        for (uint round = 0; round < 20; round++)
        {
            using var source = new CancellationTokenSource();
            Task wait = subject.Queue.EnqueueAsync(new byte[40], source.Token).AsTask();
            Assert.False(wait.IsCompleted);
            source.Cancel();
            await Cancelled(wait, source.Token);
            Assert.Equal((1L, blocks), (subject.Queue.Length, subject.LiveBlocks));
        }

        Payload.Expect(subject.Queue, 4, 0);
        Assert.False(subject.Queue.TryDequeue(out _));
        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task An_event_whose_move_is_cancelled_is_the_callers_again()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 1 });
        using var same = new SlabEventQueue(new SlabEventQueueOptions { Allocator = subject.Queue.Allocator });
        using var another = new SlabEventQueue();
        Assert.True(subject.Queue.TryEnqueue([1]));
        foreach (SlabEventQueue from in (SlabEventQueue[])[same, another])
        {
            Assert.True(from.TryEnqueue(Payload.Of(77, 5)));
            Assert.True(from.TryDequeue(out SlabEvent item));
            using var source = new CancellationTokenSource();
            Task wait = subject.Queue.EnqueueAsync(item, source.Token).AsTask();
            Assert.Throws<ObjectDisposedException>(() => item.Span.Length);
            Assert.Throws<ObjectDisposedException>(item.Dispose);
            source.Cancel();
            await Cancelled(wait, source.Token);
            Payload.VerifyAndDispose(item, 77, 5);
        }

        same.Dispose();
        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task Behind_a_cancelled_reader_the_next_is_served()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        for (int chosen = 0; chosen < 6; chosen++)
        {
            using var source = new CancellationTokenSource();
            Task<SlabEvent>[] waits =
                [.. Enumerable.Range(0, 6).Select(i => subject.Queue.DequeueAsync(i == chosen ? source.Token : CancellationToken.None).AsTask())];
            source.Cancel();
            await Cancelled(waits[chosen], source.Token);
            uint seed = 0;
            foreach (Task<SlabEvent> wait in waits.Where((_, i) => i != chosen))
            {
                Assert.False(wait.IsCompleted);
                Assert.True(subject.Queue.TryEnqueue(Payload.Of(11, ++seed)));
                Payload.VerifyAndDispose(await wait.Soon(), 11, seed);
            }

            Assert.Equal(0, subject.Queue.Length);
        }

        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task Behind_a_cancelled_writer_the_next_is_served()
    {
        for (int chosen = 0; chosen < 6; chosen++)
        {
            using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 1 });
            using var source = new CancellationTokenSource();
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(3, 100)));
            Task[] waits =
            [
                .. Enumerable.Range(0, 6).Select(i =>
                    subject.Queue.EnqueueAsync(Payload.Of(11, (uint)i), i == chosen ? source.Token : CancellationToken.None).AsTask()),
            ];
            source.Cancel();
            await Cancelled(waits[chosen], source.Token);
            Payload.Expect(subject.Queue, 3, 100);
            for (uint i = 0; i < 6; i++)
            {
                if (i != chosen)
                {
                    await waits[i].Soon();
                    Payload.Expect(subject.Queue, 11, i);
                }
            }

            subject.AssertLeavesNothing();
        }
    }

    [Fact]
    public async Task A_small_event_behind_a_large_one_that_gave_up_comes_in()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { ByteCapacity = 100 });
        using var source = new CancellationTokenSource();
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(60, 1)));
        Task large = subject.Queue.EnqueueAsync(Payload.Of(80, 2), source.Token).AsTask();
        Task small = subject.Queue.EnqueueAsync(Payload.Of(20, 3)).AsTask();
        Assert.False(large.IsCompleted || small.IsCompleted);
        Assert.False(subject.Queue.TryEnqueue([1]));
        source.Cancel();
        await Cancelled(large, source.Token);
        await small.Soon();
        Payload.Expect(subject.Queue, 60, 1);
        Payload.Expect(subject.Queue, 20, 3);
        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task A_cancellation_behind_the_end_of_a_wait_changes_nothing()
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 1 });
        for (uint round = 0; round < 20; round++)
        {
            using var source = new CancellationTokenSource();
            Task<SlabEvent> taking = subject.Queue.DequeueAsync(source.Token).AsTask();
            Task<bool> watching = subject.Queue.WaitToDequeueAsync(source.Token).AsTask();
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(6, round)));
            SlabEvent item = await taking.Soon();
            Assert.True(await watching.Soon());
            Assert.True(subject.Queue.TryEnqueue(Payload.Of(6, round + 50)));
            Task writing = subject.Queue.EnqueueAsync(Payload.Of(6, round + 100), source.Token).AsTask();
            Payload.Expect(subject.Queue, 6, round + 50);
            await writing.Soon();
            source.Cancel();
            Payload.VerifyAndDispose(item, 6, round);
            Payload.Expect(subject.Queue, 6, round + 100);
        }

        subject.AssertLeavesNothing();
    }

    [Fact]
    public async Task Tokens_of_waits_long_past_end_no_later_wait()
    {
        // Waits are kept for the next ones: an old token must not know them any more.
        using var subject = new QueueSubject(QueueForm.None);
        using var old = new CancellationTokenSource();
        for (int i = 0; i < 10; i++)
        {
            Task<SlabEvent> wait = subject.Queue.DequeueAsync(old.Token).AsTask();
            Assert.True(subject.Queue.TryEnqueue([1]));
            (await wait.Soon()).Dispose();
        }

        Task<SlabEvent> last = subject.Queue.DequeueAsync().AsTask();
        old.Cancel();
        Assert.False(last.IsCompleted);
        Assert.True(subject.Queue.TryEnqueue(Payload.Of(5, 2)));
        Payload.VerifyAndDispose(await last.Soon(), 5, 2);
    }

    private static async Task Cancelled(Task task, CancellationToken token)
    {
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.Equal(token, thrown.CancellationToken);
        Assert.True(task.IsCanceled);
    }
}
