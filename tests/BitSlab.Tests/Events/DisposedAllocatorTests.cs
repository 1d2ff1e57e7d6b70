using System;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>A given allocator that is disposed before its queue: the queue's disposal, also by its finaliser, finds all gone and touches nothing.</summary>
public sealed class DisposedAllocatorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(2000)]
    public async Task A_given_allocator_may_be_disposed_first(int events)
    {
        var allocator = new SlabAllocator();
        var queue = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator, Capacity = Math.Max(events, 1) });
        for (int i = 0; i < events; i++)
        {
            Assert.True(queue.TryEnqueue(new byte[10]));
        }

        Task waiting = events == 0 ? queue.WaitToDequeueAsync().AsTask() : queue.EnqueueAsync(new byte[10]).AsTask();
        Assert.False(waiting.IsCompleted);
        allocator.Dispose();
        queue.Dispose();
        await Waits.Fails<ObjectDisposedException>(() => waiting);
        await Waits.Fails<ObjectDisposedException>(() => queue.Completion);
        Assert.Equal(0, queue.Length);
    }
}
