using System;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Completion: nothing comes in any more, what is inside comes out, and who waits is told, as with channels.</summary>
public sealed class EndingTests
{
    private static readonly TimeoutException s_error = new("the producer's own");

    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_completed_queue_takes_nothing_and_gives_what_it_has(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        for (uint i = 0; i < 600; i++)
        {
            Assert.True(queue.TryEnqueue(Payload.Of(10, i)));
        }

        using var other = new SlabEventQueue();
        Assert.True(other.TryEnqueue([1]));
        Assert.True(other.TryDequeue(out SlabEvent item));
        queue.Complete();
        long blocks = subject.LiveBlocks;
        Assert.False(queue.TryEnqueue([1]));
        Assert.False(queue.TryEnqueue(5, 1, static (_, _) => Assert.Fail("The queue is completed.")));
        Assert.False(queue.TryEnqueue(item));
        Assert.Null((await Waits.Fails<ChannelClosedException>(() => queue.EnqueueAsync(new byte[1]).AsTask())).InnerException);
        await Waits.Fails<ChannelClosedException>(() => queue.EnqueueAsync(item).AsTask());
        Assert.Equal((1, blocks, 0L), (item.Length, subject.LiveBlocks, queue.DroppedCount));
        for (uint i = 0; i < 600; i++)
        {
            Assert.False(queue.Completion.IsCompleted);
            Assert.True(await queue.WaitToDequeueAsync());
            Payload.Expect(queue, 10, i);
        }

        Assert.True(queue.Completion.IsCompletedSuccessfully);
        Assert.False(await queue.WaitToDequeueAsync());
        Assert.False(queue.TryDequeue(out _));
        Assert.Equal(0, queue.TryDequeueBatch(new SlabEvent[3]));
        Assert.Null((await Waits.Fails<ChannelClosedException>(() => queue.DequeueAsync().AsTask())).InnerException);
        await foreach (SlabEvent none in queue.ReadAllAsync())
        {
            Assert.Fail($"An event of {none.Length} bytes came out of nothing.");
        }

        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task The_error_comes_out_behind_the_last_event(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        SlabEventQueue queue = subject.Queue;
        Assert.True(queue.TryEnqueue([7]));
        queue.Complete(s_error);
        Assert.False(queue.TryEnqueue([1]));
        Assert.Same(s_error, (await Waits.Fails<ChannelClosedException>(() => queue.EnqueueAsync(new byte[1]).AsTask())).InnerException);
        Assert.True(await queue.WaitToDequeueAsync());
        Assert.False(queue.Completion.IsCompleted);
        (await queue.DequeueAsync()).Dispose();
        Assert.Same(s_error, await Waits.Fails<TimeoutException>(() => queue.Completion));
        Assert.Same(s_error, await Waits.Fails<TimeoutException>(() => queue.WaitToDequeueAsync().AsTask()));
        Assert.Same(s_error, (await Waits.Fails<ChannelClosedException>(() => queue.DequeueAsync().AsTask())).InnerException);
        Assert.Same(s_error, await Waits.Fails<TimeoutException>(() => ReadAll(queue)));
        Assert.False(queue.TryDequeue(out _));
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Reading_all_gives_what_is_there_before_the_error(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        for (uint i = 0; i < 3; i++)
        {
            Assert.True(subject.Queue.TryEnqueue([1]));
        }

        subject.Queue.Complete(s_error);
        int seen = 0;
        Assert.Same(s_error, await Waits.Fails<TimeoutException>(async () =>
        {
            await foreach (SlabEvent item in subject.Queue.ReadAllAsync())
            {
                item.Dispose();
                seen++;
            }
        }));
        Assert.Equal(3, seen);
        subject.AssertLeavesNothing();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void It_can_be_completed_once(QueueForm form)
    {
        using var subject = new QueueSubject(form);
        Assert.True(subject.Queue.TryComplete());
        Assert.True(subject.Queue.Completion.IsCompletedSuccessfully);
        Assert.False(subject.Queue.TryComplete());
        Assert.False(subject.Queue.TryComplete(s_error));
        Assert.Throws<ChannelClosedException>(() => subject.Queue.Complete());
        Assert.Throws<ChannelClosedException>(() => subject.Queue.Complete(s_error));
        Assert.True(subject.Queue.Completion.IsCompletedSuccessfully);
        subject.AssertLeavesNothing();
        Assert.True(subject.Queue.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_cancellation_as_the_error_cancels_the_completion()
    {
        using var subject = new QueueSubject(QueueForm.None);
        using var source = new CancellationTokenSource();
        source.Cancel();
        subject.Queue.Complete(new OperationCanceledException(source.Token));
        Assert.True(subject.Queue.Completion.IsCanceled);
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => subject.Queue.Completion);
        Assert.Equal(source.Token, thrown.CancellationToken);
        await Waits.Fails<ChannelClosedException>(() => subject.Queue.DequeueAsync().AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_who_wait_for_events_are_told(bool hasError)
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator);
        SlabEventQueue queue = subject.Queue;
        Task<SlabEvent>[] takers = [.. Enumerable.Range(0, 10).Select(_ => queue.DequeueAsync().AsTask())];
        Task<bool>[] watchers = [.. Enumerable.Range(0, 10).Select(_ => queue.WaitToDequeueAsync().AsTask())];
        Task[] readers = [.. Enumerable.Range(0, 10).Select(_ => ReadAll(queue))];
        Assert.All(takers.Concat<Task>(watchers).Concat(readers), task => Assert.False(task.IsCompleted));
        queue.Complete(hasError ? s_error : null);
        foreach (Task<SlabEvent> taker in takers)
        {
            Assert.Same(hasError ? s_error : null, (await Waits.Fails<ChannelClosedException>(() => taker)).InnerException);
        }

        foreach (Task task in watchers.Concat(readers))
        {
            if (hasError)
            {
                Assert.Same(s_error, await Waits.Fails<TimeoutException>(() => task));
            }
            else
            {
                await task.Soon();
            }
        }

        Assert.All(watchers, watch => Assert.True(hasError || !watch.Result));
        subject.AssertLeavesNothing();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_who_wait_for_room_are_told_and_nothing_of_theirs_comes_in(bool hasError)
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 2 });
        using var source = new SlabEventQueue();
        SlabEventQueue queue = subject.Queue;
        Assert.True(queue.TryEnqueue([1]));
        Assert.True(queue.TryEnqueue([2]));
        Assert.True(source.TryEnqueue([7]));
        Assert.True(source.TryDequeue(out SlabEvent moved));
        long blocks = subject.LiveBlocks;
        Task[] waiting = [.. Enumerable.Range(0, 10).Select(_ => queue.EnqueueAsync(new byte[50]).AsTask()), queue.EnqueueAsync(moved).AsTask()];
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        Assert.Throws<ObjectDisposedException>(() => moved.Length);
        queue.Complete(hasError ? s_error : null);
        foreach (Task task in waiting)
        {
            Assert.Same(hasError ? s_error : null, (await Waits.Fails<ChannelClosedException>(() => task)).InnerException);
        }

        Assert.Equal((2L, 2L, blocks), (queue.Length, queue.EnqueuedCount, subject.LiveBlocks));
        Assert.True(moved.Span is [7]);
        moved.Dispose();
        subject.AssertLeavesNothing();
    }

    private static async Task ReadAll(SlabEventQueue queue)
    {
        await foreach (SlabEvent item in queue.ReadAllAsync())
        {
            item.Dispose();
        }
    }
}
