using System;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Options out of range are refused by name; the others are as given.</summary>
public sealed class QueueOptionsTests
{
    public static TheoryData<string, SlabEventQueueOptions> Bad => new()
    {
        { "Capacity", new() { Capacity = 0 } },
        { "Capacity", new() { Capacity = -1 } },
        { "Capacity", new() { Capacity = long.MinValue } },
        { "ByteCapacity", new() { ByteCapacity = 0 } },
        { "ByteCapacity", new() { ByteCapacity = -5 } },
        { "FullMode", new() { FullMode = (EventQueueFullMode)(-1) } },
        { "FullMode", new() { FullMode = (EventQueueFullMode)4 } },
        { "BlocksPerSlab", new() { AllocatorOptions = new() { BlocksPerSlab = -7 } } },
        { "MemoryLimit", new() { AllocatorOptions = new() { MemoryLimit = -1 } } },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Out_of_range_the_property_is_named(string property, SlabEventQueueOptions options)
    {
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(() => new SlabEventQueue(options));
        Assert.Equal(property, thrown.ParamName);
        Assert.Contains(property, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_allocator_and_allocator_options_one_is_enough()
    {
        using var allocator = new SlabAllocator();
        ArgumentException thrown = Assert.Throws<ArgumentException>(
            () => new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator, AllocatorOptions = SlabAllocatorOptions.Classic }));
        Assert.Equal("AllocatorOptions", thrown.ParamName);
        allocator.Dispose();
    }

    [Fact]
    public void Queues_that_were_refused_do_no_harm()
    {
        for (int i = 0; i < 50; i++)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new SlabEventQueue(new SlabEventQueueOptions { Capacity = 0 }));
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var queue = new SlabEventQueue();
        Assert.True(queue.TryEnqueue([1]));
    }

    [Fact]
    public void A_disposed_allocator_is_refused_at_the_first_event()
    {
        var allocator = new SlabAllocator();
        allocator.Dispose();
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator });
        Assert.Throws<ObjectDisposedException>(() => queue.TryEnqueue([1]));
        Assert.Equal(0, queue.Length);
    }

    [Fact]
    public void Without_options_it_is_unbounded_with_an_allocator_of_its_own()
    {
        using var queue = new SlabEventQueue();
        SlabEventQueueOptions options = queue.Options;
        Assert.Same(SlabEventQueueOptions.Default, options);
        Assert.Equal((long.MaxValue, long.MaxValue, EventQueueFullMode.Wait), (options.Capacity, options.ByteCapacity, options.FullMode));
        Assert.Equal((false, false), (options.SingleWriter, options.SingleReader));
        Assert.Equal((null, null, null), (options.Allocator, options.AllocatorOptions, options.Name));
        Assert.NotSame(SlabAllocator.Shared, queue.Allocator);
    }

    [Fact]
    public void The_own_allocator_is_made_with_the_options_for_it()
    {
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { Name = "orders", AllocatorOptions = SlabAllocatorOptions.Classic });
        Assert.Equal(SlabAllocatorOptions.Classic with { Name = "orders" }, queue.Allocator.Options);
        using var named = new SlabEventQueue(new SlabEventQueueOptions { Name = "orders", AllocatorOptions = new() { Name = "memory" } });
        Assert.Equal("memory", named.Allocator.Options.Name);
    }

    [Fact]
    public void The_given_allocator_is_the_one_used()
    {
        using var allocator = new SlabAllocator();
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { Allocator = allocator });
        Assert.Same(allocator, queue.Allocator);
        Assert.True(queue.TryEnqueue(new byte[100]));
        Assert.True(allocator.GetStatistics().LiveBlocks >= 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(509)]
    [InlineData(510)]
    [InlineData(511)]
    [InlineData(5000)]
    public void The_capacity_is_exact(int capacity)
    {
        foreach (TheoryDataRow<QueueForm> form in QueueSubject.Forms)
        {
            using var subject = new QueueSubject(form.Data, new SlabEventQueueOptions { Capacity = capacity });
            for (int round = 0; round < 3; round++)
            {
                for (uint i = 0; i < capacity; i++)
                {
                    Assert.True(subject.Queue.TryEnqueue(Payload.Of(3, i)));
                }

                Assert.False(subject.Queue.TryEnqueue([]));
                Assert.Equal(capacity, subject.Queue.Length);
                for (uint i = 0; i < capacity; i++)
                {
                    Payload.Expect(subject.Queue, 3, i);
                }
            }

            Assert.Equal(capacity, subject.Queue.PeakLength);
            subject.AssertLeavesNothing();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void The_byte_capacity_is_exact(int capacity)
    {
        using var subject = new QueueSubject(QueueForm.GivenAllocator, new SlabEventQueueOptions { ByteCapacity = capacity });
        Assert.True(subject.Queue.TryEnqueue(new byte[(capacity + 1) / 2]));
        Assert.True(subject.Queue.TryEnqueue(new byte[capacity / 2]));

        // What has no bytes always fits.
        Assert.False(subject.Queue.TryEnqueue([1]));
        Assert.True(subject.Queue.TryEnqueue([]));
        Assert.Equal((capacity, capacity), (subject.Queue.BytesInFlight, subject.Queue.PeakBytesInFlight));
        subject.AssertLeavesNothing();
    }
}
