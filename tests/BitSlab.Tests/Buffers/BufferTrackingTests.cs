using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>With <see cref="SlabAllocatorOptions.TrackBuffers"/> use after disposal and leaks are found, with the place of allocation.</summary>
public sealed class BufferTrackingTests
{
    private static readonly SlabAllocatorOptions s_tracking = new() { TrackBuffers = true };

    [Fact]
    public void Use_of_a_copy_after_disposal_names_the_place_of_allocation()
    {
        using var allocator = new SlabAllocator(s_tracking);
        SlabBuffer<int> buffer = AllocatedHere(allocator);
        SlabBuffer<int> copy = buffer;
        buffer.Dispose();

        // Its memory is somebody else's already: without the tracking nobody could tell.
        using SlabBuffer<int> next = AllocatedHere(allocator);
        List<Action> uses =
        [
            () => copy.Span.Clear(), () => copy[0]++, () => copy.Resize(20), () => _ = copy.Capacity,
            () =>
            {
                SlabBuffer<int> another = copy;
                another.Dispose();
            },
        ];
        Assert.All(uses, use => Assert.Contains(nameof(AllocatedHere), Assert.Throws<ObjectDisposedException>(use).Message, StringComparison.Ordinal));
        Assert.Equal(0, allocator.GetStatistics().InvalidFrees);
        Assert.Equal(1, allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void What_lives_is_listed()
    {
        using var allocator = new SlabAllocator(s_tracking);
        Assert.Empty(allocator.GetLiveBuffers());
        SlabBuffer<int> buffer = AllocatedHere(allocator);
        var box = new SlabBox<long>(1, allocator);
        using var list = new SlabList<short>(5, allocator);
        var empty = new SlabBuffer<byte>(0, allocator);
        buffer.Resize(100);
        IReadOnlyList<SlabLiveBuffer> live = allocator.GetLiveBuffers();
        Assert.Equal([(typeof(SlabBuffer<int>), 100, 400L), (typeof(SlabBuffer<long>), 1, 8), (typeof(SlabBuffer<short>), 5, 10), (typeof(SlabBuffer<byte>), 0, 0)],
            live.Select(one => (one.Type, one.Length, one.Bytes)));
        Assert.Contains(nameof(AllocatedHere), live[0].AllocatedAt.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("BitSlab.Tests", live[0].AllocatedAt.GetFrame(0)!.GetMethod()!.DeclaringType!.FullName, StringComparison.Ordinal);
        SlabBuffer<int> moved = buffer.Move();
        buffer.Dispose();
        box.Dispose();
        empty.Dispose();
        Assert.Equal([typeof(SlabBuffer<int>), typeof(SlabBuffer<short>)], allocator.GetLiveBuffers().Select(one => one.Type));
        moved.Dispose();
        Assert.Single(allocator.GetLiveBuffers());
    }

    [Fact]
    public void Leaks_are_told_when_the_allocator_is_disposed()
    {
        List<SlabLiveBuffer> told = [];
        var allocator = new SlabAllocator(s_tracking);
        allocator.BuffersLeaked += (sender, leak) =>
        {
            Assert.Same(allocator, sender);
            told.AddRange(leak.Buffers);
        };
        AllocatedHere(allocator).Dispose();
        SlabBuffer<int> leaked = AllocatedHere(allocator);
        allocator.Dispose();
        allocator.Dispose();
        Assert.Contains(nameof(AllocatedHere), Assert.Single(told).AllocatedAt.ToString(), StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => leaked.Span.Clear());
        Assert.Throws<ObjectDisposedException>(() => leaked.Dispose());
        Assert.Throws<ObjectDisposedException>(allocator.GetLiveBuffers);
    }

    [Fact]
    public void Where_nothing_leaks_nothing_is_told()
    {
        var allocator = new SlabAllocator(s_tracking);
        allocator.BuffersLeaked += (_, _) => Assert.Fail("Nothing leaked.");
        AllocatedHere(allocator).Dispose();
        allocator.Dispose();
    }

    [Fact]
    public void A_reset_ends_them_all()
    {
        using var allocator = new SlabAllocator(s_tracking);
        SlabBuffer<int> buffer = AllocatedHere(allocator);
        allocator.Reset();
        Assert.Empty(allocator.GetLiveBuffers());
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Clear());
    }

    [Fact]
    public void Without_the_option_there_is_no_list()
    {
        using var allocator = new SlabAllocator();
        Assert.Throws<InvalidOperationException>(allocator.GetLiveBuffers);
    }

    [Fact]
    public void Disposed_by_two_threads_at_once_one_is_refused()
    {
        const int Rounds = 2_000;
        using var allocator = new SlabAllocator(s_tracking);
        SlabBuffer<int>[] buffers = [.. Enumerable.Range(0, Rounds).Select(_ => AllocatedHere(allocator))];
        int[] refused = new int[2];
        var pace = new Pace(2);
        Crowd.Run(2, thread =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                SlabBuffer<int> copy = buffers[i];
                pace.Next(i);
                try
                {
                    copy.Dispose();
                }
                catch (ObjectDisposedException)
                {
                    refused[thread]++;
                }
            }
        });
        Assert.Equal(Rounds, refused.Sum());
        Assert.Equal(0, allocator.GetStatistics().InvalidFrees);
        Assert.Empty(allocator.GetLiveBuffers());
    }

    private static SlabBuffer<int> AllocatedHere(SlabAllocator allocator) => new(10, allocator);
}
