using System;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Buffers and boxes: what they hold, who owns it, and what is refused.</summary>
public sealed class BufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(640)]
    [InlineData(1_100)]
    [InlineData(100_000)]
    [InlineData(5_000_000)]
    public void A_buffer_has_its_length_in_the_class_that_fits(int length)
    {
        using var allocator = new SlabAllocator();
        var buffer = new SlabBuffer<long>(length, allocator);
        Assert.Equal((length, length, length == 0), (buffer.Length, buffer.Span.Length, buffer.IsEmpty));
        Assert.InRange(buffer.Capacity, length, Math.Max(2, length + (length / 7)));
        Assert.Equal(length == 0 ? 0 : 1, allocator.GetStatistics().LiveBlocks);
        buffer.Span.Fill(-1);
        if (length != 0)
        {
            buffer[length - 1] = 5;
            Assert.Equal(5, buffer.Span[^1]);
        }

        Assert.Throws<IndexOutOfRangeException>(() => buffer[length]);
        Assert.Throws<IndexOutOfRangeException>(() => buffer[-1]);
        buffer.Dispose();
        Assert.True(buffer.IsEmpty);
        buffer.Dispose();
        Whole.Empty(allocator);
    }

    [Fact]
    public void Without_an_allocator_it_is_the_shared_one()
    {
        using SlabBuffer<byte> buffer = SlabBuffer.Zeroed<byte>(10_000);
        Assert.True(buffer.Span.IndexOfAnyExcept((byte)0) < 0);
        Assert.InRange(buffer.Capacity, 10_000, 11_000);
        unsafe
        {
            fixed (byte* pointer = buffer.Span)
            {
                Assert.InRange((int)SlabMemory.GetUsableSize(pointer), 10_000, 11_000);
            }
        }
    }

    [Fact]
    public void The_default_value_is_an_empty_buffer()
    {
        SlabBuffer<int> buffer = default;
        Assert.Equal((0, 0, 0, true), (buffer.Length, buffer.Capacity, buffer.Span.Length, buffer.IsEmpty));
        buffer.Dispose();
        buffer.Resize(3);
        Assert.Equal(3, buffer.Length);
        buffer.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resized_it_keeps_what_was_there(bool shared)
    {
        using SlabAllocator? allocator = shared ? null : new SlabAllocator();
        SlabBuffer<int> buffer = SlabBuffer.CopyOf([1, 2, 3], allocator);
        foreach (int length in (int[])[4, 5, 1_000, 100_000, 7, 3, 0, 0, 12, 2_000_000, 1])
        {
            int kept = Math.Min(buffer.Length, length);
            int[] before = buffer.Span[..kept].ToArray();
            buffer.Resize(length);
            Assert.Equal(length, buffer.Length);
            Assert.Equal(before, buffer.Span[..kept].ToArray());
            buffer.Span[kept..].Fill(length);
        }

        buffer.Dispose();
        if (allocator != null)
        {
            Whole.Empty(allocator);
        }
    }

    [Fact]
    public void Lengths_that_cannot_be_are_refused_and_change_nothing()
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 8 << 20 });
        Assert.Equal("length", Assert.Throws<ArgumentOutOfRangeException>(() => new SlabBuffer<int>(-1, allocator)).ParamName);
        Assert.Throws<SlabMemoryLimitException>(() => new SlabBuffer<int>(int.MaxValue, allocator));
        SlabBuffer<int> buffer = SlabBuffer.CopyOf([1, 2, 3], allocator);
        Assert.Equal("length", Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Resize(-1)).ParamName);
        Assert.Throws<SlabMemoryLimitException>(() => buffer.Resize(int.MaxValue));
        Assert.Equal([1, 2, 3], buffer.Span.ToArray());
        buffer.Dispose();
        Whole.Empty(allocator);
    }

    [Fact]
    public void Moved_it_leaves_an_empty_one()
    {
        using var allocator = new SlabAllocator();
        SlabBuffer<int> first = SlabBuffer.CopyOf([1, 2], allocator);
        SlabBuffer<int> second = first.Move();
        Assert.True(first.IsEmpty);
        first.Dispose();
        Assert.Equal([1, 2], second.Span.ToArray());
        second.Dispose();
        Whole.Empty(allocator);
    }

    [Fact]
    public void A_copy_that_is_disposed_too_is_refused()
    {
        using var allocator = new SlabAllocator();
        var buffer = new SlabBuffer<int>(10, allocator);
        SlabBuffer<int> copy = buffer;
        buffer.Dispose();
        Assert.Equal(InvalidBlockKind.DoubleFree, Assert.Throws<InvalidBlockException>(() => copy.Dispose()).Kind);
    }

    [Fact]
    public async Task It_may_be_disposed_on_another_thread()
    {
        using var allocator = new SlabAllocator();
        var buffer = new SlabBuffer<int>(10, allocator);
        await Task.Run(() => buffer.Dispose());
        Assert.Equal(0, allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void With_the_allocator_gone_it_is_refused()
    {
        var allocator = new SlabAllocator();
        var buffer = new SlabBuffer<int>(10, allocator);
        allocator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new SlabBuffer<int>(1, allocator));
        Assert.Throws<ObjectDisposedException>(() => buffer.Resize(20));
        Assert.Throws<ObjectDisposedException>(() => buffer.Dispose());
    }

    [Fact]
    public void A_box_holds_one_value()
    {
        using var allocator = new SlabAllocator();
        var box = new SlabBox<Guid>(Guid.AllBitsSet, allocator);
        Assert.Equal(Guid.AllBitsSet, box.Value);
        box.Value = Guid.Empty;
        SlabBox<Guid> moved = box.Move();
        Assert.True(box.IsEmpty);
        Assert.Throws<ObjectDisposedException>(() => box.Value);
        Assert.Equal(Guid.Empty, moved.Value);
        Assert.Equal(1, allocator.GetStatistics().LiveBlocks);
        moved.Dispose();
        moved.Dispose();
        box.Dispose();
        Assert.Throws<ObjectDisposedException>(() => moved.Value);
        Whole.Empty(allocator);
    }

    [Fact]
    public void Buffers_leave_nothing_on_the_heap_of_the_collector()
    {
        using var allocator = new SlabAllocator();
        Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass()
        {
            for (int i = 0; i < 10_000; i++)
            {
                SlabBuffer<byte> buffer = new(640, allocator);
                buffer[i % 640] = 1;
                buffer.Resize(1_100);
                buffer.Dispose();
                using SlabBox<int> box = new(i, allocator);
                box.Value++;
            }
        }
    }
}
