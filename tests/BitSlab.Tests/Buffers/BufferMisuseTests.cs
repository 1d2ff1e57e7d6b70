using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>What is disposed cannot be used, by its variable always, by copies as far as the allocator can tell.</summary>
public sealed class BufferMisuseTests : IDisposable
{
    private readonly SlabAllocator _allocator = new();

    public static TheoryData<int> Lengths => [1, 640, 1_100, 40_000, 200_000];

    public void Dispose() => _allocator.Dispose();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_disposed_variable_is_not_used(int length)
    {
        foreach (SlabAllocator? allocator in new[] { null, _allocator })
        {
            SlabBuffer<int> buffer = new(length, allocator);
            buffer.Dispose();
            Assert.True(buffer.IsEmpty);
            Assert.Equal(0, buffer.Length);
            Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
            Assert.Throws<ObjectDisposedException>(() => buffer[0]);
            Assert.Throws<ObjectDisposedException>(() => buffer.Capacity);
            Assert.Throws<ObjectDisposedException>(() => buffer.Resize(10));
            Assert.Throws<ObjectDisposedException>(() => buffer.Move());
            buffer.Dispose();
        }

        Whole.Empty(_allocator);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_disposal_of_a_copy_is_refused(int length)
    {
        foreach (SlabAllocator? allocator in new[] { null, _allocator })
        {
            // Another block keeps the slab.
            using SlabBuffer<int> other = new(length, allocator);
            SlabBuffer<int> buffer = new(length, allocator);
            SlabBuffer<int> copy = buffer;
            buffer.Dispose();
            ObjectDisposedException refusal = Assert.Throws<ObjectDisposedException>(() => copy.Dispose());
            Assert.Equal(InvalidBlockKind.DoubleFree, Assert.IsType<InvalidBlockException>(refusal.InnerException).Kind);
            Assert.Throws<ObjectDisposedException>(() => copy.Capacity);
            Assert.Throws<ObjectDisposedException>(() => copy.Resize(length * 2));
            Assert.Throws<ObjectDisposedException>(() => copy.Resize(0));
        }

        Whole.Empty(_allocator);
    }

    [Fact]
    public void A_buffer_from_before_a_reset_is_refused()
    {
        SlabBuffer<int> buffer = new(100, _allocator);
        _allocator.Reset();
        ObjectDisposedException refusal = Assert.Throws<ObjectDisposedException>(() => buffer.Dispose());
        Assert.Equal(InvalidBlockKind.StaleBlock, Assert.IsType<InvalidBlockException>(refusal.InnerException).Kind);
    }

    [Fact]
    public void A_buffer_that_went_with_its_allocator_is_left_alone()
    {
        SlabBuffer<int> buffer = new(100, _allocator);
        SlabBuffer<int> large = new(100_000, _allocator);
        SlabBox<int> box = new(1, _allocator);
        SlabList<int> list = new(3, _allocator);
        _allocator.Dispose();
        buffer.Dispose();
        large.Dispose();
        box.Dispose();
        list.Dispose();
    }

    [Fact]
    public void A_disposal_on_another_thread_is_as_good()
    {
        SlabBuffer<int> buffer = new(100, _allocator);
        SlabBuffer<int> copy = buffer;
        Worker.RunOnce(() => buffer.Dispose());
        Assert.Throws<ObjectDisposedException>(() => copy.Dispose());
        Worker.RunOnce(() => Assert.Throws<ObjectDisposedException>(() => copy.Dispose()));
        Whole.Empty(_allocator);
    }
}
