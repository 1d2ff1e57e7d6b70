using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

public sealed class BoxTests : IDisposable
{
    private readonly SlabAllocator _allocator = new();

    public void Dispose() => _allocator.Dispose();

    [Fact]
    public void A_box_holds_its_value()
    {
        foreach (SlabAllocator? allocator in new[] { null, _allocator })
        {
            using SlabBox<Triple> box = new(new Triple(1, 2, 3), allocator);
            Assert.False(box.IsEmpty);
            Assert.Equal(new Triple(1, 2, 3), box.Value);
            box.Value = new Triple(4, 5, 6);
            ref Triple value = ref box.Value;
            Assert.Equal(6, value.Third);
        }

        Whole.Empty(_allocator);
    }

    [Fact]
    public void A_large_value_is_boxed()
    {
        using SlabBox<Page> box = new(default, _allocator);
        box.Value.Bytes[99_999] = 7;
        Assert.Equal(7, box.Value.Bytes[99_999]);
        Assert.True(_allocator.GetStatistics().LiveBytes >= 100_000);
    }

    [Fact]
    public void An_empty_box_has_no_value()
    {
        SlabBox<int> box = default;
        Assert.True(box.IsEmpty);
        Assert.Throws<InvalidOperationException>(() => box.Value);
        box.Dispose();
        Assert.True(box.Move().IsEmpty);
    }

    [Fact]
    public void A_move_hands_over()
    {
        SlabBox<int> moved = Make();
        Assert.Equal(42, moved.Value);
        Assert.Equal(1, _allocator.GetStatistics().LiveBlocks);
        moved.Dispose();
        Whole.Empty(_allocator);

        SlabBox<int> Make()
        {
            using SlabBox<int> box = new(42, _allocator);
            SlabBox<int> result = box.Move();
            Assert.True(box.IsEmpty);
            Assert.Throws<InvalidOperationException>(() => box.Value);
            return result;
        }
    }

    [Fact]
    public void A_disposed_box_is_not_used()
    {
        SlabBox<int> box = new(1, _allocator);
        SlabBox<int> copy = box;
        box.Dispose();
        Assert.Throws<ObjectDisposedException>(() => box.Value);
        Assert.Throws<ObjectDisposedException>(() => box.Move());
        box.Dispose();
        Assert.Throws<ObjectDisposedException>(() => copy.Dispose());
        Whole.Empty(_allocator);
    }

    private struct Page
    {
        public PageBytes Bytes;
    }

    [System.Runtime.CompilerServices.InlineArray(100_000)]
    private struct PageBytes
    {
        private byte _first;
    }
}
