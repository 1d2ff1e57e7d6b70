using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>An allocator that went before its queue, or that cannot go yet: the queue's disposal and its finaliser do no harm.</summary>
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

    [Fact]
    public void A_forgotten_queue_whose_own_allocator_has_children_does_no_harm()
    {
        using SlabAllocator child = Forget();
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, child.GetStatistics().LiveBlocks);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static SlabAllocator Forget() => new SlabEventQueue().Allocator.CreateChild(new SlabAllocatorOptions());
    }
}
