using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>With <see cref="SlabAllocatorOptions.TrackBuffers"/> misuse is found exactly, and leaks name their place.</summary>
public sealed class BufferTrackingTests : IDisposable
{
    private readonly SlabAllocator _allocator = new(new SlabAllocatorOptions { TrackBuffers = true, Name = "tracked" });

    public void Dispose() => _allocator.Dispose();

    [Fact]
    public void Live_buffers_are_listed_with_their_place()
    {
        SlabBuffer<Triple> buffer = MakeHere(7);
        SlabBuffer<byte> zeroed = SlabBuffer.Zeroed<byte>(100_000, _allocator);
        SlabBox<int> box = new(1, _allocator);
        SlabList<long> list = new(3, _allocator);
        using SlabBuffer<int> empty = new(0, _allocator);

        IReadOnlyList<SlabLiveBuffer> live = _allocator.GetLiveBuffers();
        Type[] types = [typeof(SlabBuffer<Triple>), typeof(SlabBuffer<byte>), typeof(SlabBox<int>), typeof(SlabList<long>)];
        Assert.Equal(types, live.Select(each => each.Type));
        Assert.Equal([7, 100_000, 1, list.Capacity], live.Select(each => each.Length));
        Assert.Equal(_allocator.GetStatistics().LiveBytes, live.Sum(each => each.AllocatedBytes));
        string test = $"   at {typeof(BufferTrackingTests)}.";
        Assert.StartsWith($"{test}{nameof(MakeHere)}(", live[0].StackTrace.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(MakeHere), live[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("7", live[0].ToString(), StringComparison.Ordinal);
        Assert.All(live, each => Assert.StartsWith(test, each.StackTrace.ToString(), StringComparison.Ordinal));

        buffer.Resize(500);
        list.EnsureCapacity(1_000);
        live = _allocator.GetLiveBuffers();
        Assert.Equal([500, 100_000, 1, list.Capacity], live.Select(each => each.Length));
        Assert.Equal(_allocator.GetStatistics().LiveBytes, live.Sum(each => each.AllocatedBytes));

        SlabBuffer<byte> moved = zeroed.Move();
        buffer.Dispose();
        zeroed.Dispose();
        Assert.Equal(3, _allocator.GetLiveBuffers().Count);
        moved.Resize(0);
        box.Dispose();
        list.Dispose();
        Assert.Empty(_allocator.GetLiveBuffers());
        Whole.Empty(_allocator);
    }

    [Fact]
    public void Use_of_a_disposed_copy_names_the_place()
    {
        SlabBuffer<Triple> buffer = MakeHere(10);
        SlabBuffer<Triple> copy = buffer;
        copy[0] = new Triple(1, 2, 3);
        buffer.Dispose();

        // Another takes the address: only what is tracked tells the two apart.
        using SlabBuffer<Triple> next = new(10, _allocator);
        AllRefuse("was disposed", copy);
        AllRefuse("was disposed", buffer);
        Assert.Contains(nameof(MakeHere), Assert.Throws<ObjectDisposedException>(copy.Dispose).Message, StringComparison.Ordinal);
        buffer.Dispose();
        Assert.Single(_allocator.GetLiveBuffers());
        Assert.Equal(1, _allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Use_of_a_copy_behind_a_move_or_a_resize_is_found()
    {
        SlabBuffer<Triple> buffer = MakeHere(10);
        SlabBuffer<Triple> copy = buffer;
        SlabBuffer<Triple> moved = buffer.Move();
        AllRefuse("moved or resized", copy);
        Assert.Throws<ObjectDisposedException>(copy.Dispose);
        Assert.True(buffer.Span.IsEmpty);

        copy = moved;
        moved.Resize(11);
        AllRefuse("moved or resized", copy);
        Assert.Throws<ObjectDisposedException>(copy.Dispose);
        moved[10] = default;
        moved.Dispose();
        Whole.Empty(_allocator);
    }

    [Fact]
    public void A_box_is_found_too()
    {
        SlabBox<int> box = new(1, _allocator);
        SlabBox<int> copy = box;
        SlabBox<int> moved = box.Move();
        Assert.Throws<ObjectDisposedException>(() => copy.Value);
        copy = moved;
        moved.Dispose();
        using SlabBox<int> next = new(2, _allocator);
        Assert.Contains(
            nameof(A_box_is_found_too), Assert.Throws<ObjectDisposedException>(() => copy.Value).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(copy.Dispose);
        Assert.Equal(2, next.Value);
    }

    [Fact]
    public void A_disposed_list_names_the_place()
    {
        SlabList<int> list = new(0, _allocator);
        list.Dispose();
        list.Dispose();
        ObjectDisposedException refusal = Assert.Throws<ObjectDisposedException>(() => list.Add(1));
        Assert.Contains(nameof(A_disposed_list_names_the_place), refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_allocator.GetLiveBuffers());
    }

    [Fact]
    public void A_reset_ends_what_lives()
    {
        SlabBuffer<Triple> buffer = MakeHere(10);
        SlabBuffer<Triple> copy = buffer;
        _allocator.Reset();
        Assert.Empty(_allocator.GetLiveBuffers());
        using SlabBuffer<Triple> next = new(10, _allocator);
        AllRefuse("Reset", copy);
        Assert.Throws<ObjectDisposedException>(() => buffer.Dispose());
        Assert.Single(_allocator.GetLiveBuffers());
    }

    [Fact]
    public void Leaks_are_told_when_the_allocator_goes()
    {
        using var listener = new LeakListener();
        var told = new List<BuffersLeakedEventArgs>();
        const string Name = nameof(Leaks_are_told_when_the_allocator_goes);
        var allocator = new SlabAllocator(new SlabAllocatorOptions { TrackBuffers = true, Name = Name });
        allocator.BuffersLeaked += (sender, e) =>
        {
            Assert.Same(allocator, sender);
            told.Add(e);
        };
        SlabBuffer<int> first = new(10, allocator);
        using SlabBuffer<int> second = new(10, allocator);
        SlabList<int> list = new(100, allocator);
        second.Dispose();
        allocator.Dispose();
        allocator.Dispose();

        Assert.Equal([typeof(SlabBuffer<int>), typeof(SlabList<int>)], Assert.Single(told).Buffers.Select(each => each.Type));
        object[][] events = [.. listener.Of(Name)];
        Assert.Equal(2, events.Length);
        Assert.Equal([typeof(SlabBuffer<int>).ToString(), 10L], events[0][1..3]);
        Assert.Contains(Name, (string)events[0][4], StringComparison.Ordinal);

        // Gone with the allocator: no use of them, and nothing left to free.
        SlabBuffer<int> copy = first;
        Assert.Throws<ObjectDisposedException>(() => copy.Span.Length);
        first.Dispose();
        list.Dispose();
    }

    [Fact]
    public void What_is_all_disposed_is_no_leak()
    {
        var allocator = new SlabAllocator(new SlabAllocatorOptions { TrackBuffers = true });
        bool told = false;
        allocator.BuffersLeaked += (_, _) => told = true;
        new SlabBuffer<int>(10, allocator).Dispose();
        new SlabBox<int>(10, allocator).Dispose();
        allocator.Dispose();
        Assert.False(told);
    }

    [Fact]
    public void A_handler_that_throws_leaves_nothing_behind()
    {
        var allocator = new SlabAllocator(new SlabAllocatorOptions { TrackBuffers = true });
        allocator.BuffersLeaked += (_, _) => throw new FormatException();
        _ = new SlabBuffer<int>(10, allocator);
        Assert.Throws<FormatException>(allocator.Dispose);
        allocator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => allocator.GetStatistics());
        Assert.Throws<ObjectDisposedException>(() => allocator.GetLiveBuffers());
    }

    [Fact]
    public void An_allocator_that_does_not_track_says_so()
    {
        using var allocator = new SlabAllocator();
        Assert.Throws<InvalidOperationException>(() => allocator.GetLiveBuffers());
        Assert.False(allocator.Options.TrackBuffers);
    }

    [Fact]
    public void An_allocation_that_fails_is_not_listed()
    {
        using var limited = new SlabAllocator(new SlabAllocatorOptions { TrackBuffers = true, MemoryLimit = 16 << 20 });
        Assert.Throws<SlabMemoryLimitException>(() => new SlabBuffer<byte>(32 << 20, limited));
        Assert.Throws<SlabMemoryLimitException>(() => new SlabList<byte>(32 << 20, limited));
        Assert.Empty(limited.GetLiveBuffers());
        SlabBuffer<byte> buffer = new(10, limited);
        Assert.Throws<SlabMemoryLimitException>(() => buffer.Resize(32 << 20));
        Assert.Equal(10, Assert.Single(limited.GetLiveBuffers()).Length);
        buffer[9] = 1;
        buffer.Dispose();
        Whole.Empty(limited);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SlabBuffer<Triple> MakeHere(int length) => new(length, _allocator);

    private static void AllRefuse(string reason, SlabBuffer<Triple> copy)
    {
        Action[] uses =
        [
            () => copy.Span.Clear(), () => copy[0] = default, () => _ = copy.Capacity, () => copy.Resize(1), () => copy.Resize(0),
            () => copy.Move(),
        ];
        Assert.All(uses, use =>
        {
            ObjectDisposedException refusal = Assert.Throws<ObjectDisposedException>(use);
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(nameof(MakeHere), refusal.Message, StringComparison.Ordinal);
        });
    }
}
