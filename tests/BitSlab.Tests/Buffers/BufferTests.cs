using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>A buffer holds what is asked for, keeps it through sizes and moves, and gives all back.</summary>
public sealed class BufferTests : IDisposable
{
    private readonly SlabAllocator _allocator = new();

    public static TheoryData<int> Lengths => [1, 2, 7, 16, 640, 1_023, 1_024, 1_025, 1_100, 32_767, 32_768, 32_769, 100_000, 5_000_000];

    public void Dispose() => _allocator.Dispose();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Holds_what_is_asked_for(int length)
    {
        Check<byte>(length);
        Check<long>(length);
        Check<Triple>(length);
        Whole.Empty(_allocator);

        void Check<T>(int count)
            where T : unmanaged
        {
            using SlabBuffer<T> buffer = new(count, _allocator);
            using SlabBuffer<T> shared = new(count);
            Assert.Equal(count, buffer.Length);
            Assert.Equal(count, shared.Span.Length);
            Assert.False(buffer.IsEmpty);
            Assert.True(buffer.Capacity >= count, $"{buffer.Capacity}");
            long bytes = _allocator.GetStatistics().LiveBytes;
            Assert.Equal(bytes / Unsafe.SizeOf<T>(), buffer.Capacity);
            buffer.Span.Clear();
            shared.Span.Clear();
            Assert.True(Unsafe.AreSame(ref buffer[count - 1], ref buffer.Span[count - 1]));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Zeroed_is_zero_where_memory_was_used(int length)
    {
        for (int i = 0; i < 3; i++)
        {
            using SlabBuffer<int> used = new(length, _allocator);
            using SlabBuffer<Vector512<int>> usedAligned = new(int.Min(length, 1_000), _allocator);
            used.Span.Fill(-1);
            usedAligned.Span.Fill(Vector512<int>.AllBitsSet);
        }

        using SlabBuffer<int> zeroed = SlabBuffer.Zeroed<int>(length, _allocator);
        using SlabBuffer<Vector512<int>> aligned = SlabBuffer.Zeroed<Vector512<int>>(int.Min(length, 1_000), _allocator);
        Assert.Equal(-1, zeroed.Span.IndexOfAnyExcept(0));
        Assert.Equal(-1, aligned.Span.IndexOfAnyExcept(Vector512<int>.Zero));
    }

    [Fact]
    public void Every_length_fits_its_block()
    {
        SlabAllocatorOptions[] forms =
        [
            new(), SlabAllocatorOptions.Classic, new() { MaxManagedBlockSize = 64 }, new() { MinimumAlignment = 8, ClassGranularity = 8 },
            new() { SizeClasses = new SizeClassProfile([48, 1_040, 1_056, 1_104, 1_136, 5_008, 5_024], 16, null, null) }, new() { TrackBuffers = true },
        ];
        foreach (SlabAllocatorOptions options in forms)
        {
            using var allocator = new SlabAllocator(options);

            // Twice each: the first comes from the slow path where a slab is needed.
            for (int length = 1; length < 40_000; length += length < 1_300 ? 1 : length is > 4_900 and < 5_100 ? 3 : 61)
            {
                using SlabBuffer<byte> first = new(length, allocator);
                using SlabBuffer<byte> second = new(length, allocator);
                first.Span.Fill(1);
                second.Span.Fill(2);
                Assert.True(second.Capacity >= length, $"{length}: {second.Capacity}");
                Assert.Equal(-1, first.Span.IndexOfAnyExcept((byte)1));
            }

            Whole.Empty(allocator);
        }
    }

    [Fact]
    public void A_copy_of_values_is_one()
    {
        int[] values = [.. Enumerable.Range(0, 500)];
        using SlabBuffer<int> buffer = SlabBuffer.CopyOf<int>(values, _allocator);
        values.AsSpan().Clear();
        Assert.Equal(Enumerable.Range(0, 500), buffer.Span.ToArray());
        Assert.True(SlabBuffer.CopyOf<int>([], _allocator).IsEmpty);
    }

    [Fact]
    public void An_empty_buffer_holds_no_memory()
    {
        SlabBuffer<long>[] empty = [default, new(0), new(0, _allocator), SlabBuffer.Zeroed<long>(0, _allocator)];
        foreach (SlabBuffer<long> each in empty)
        {
            SlabBuffer<long> buffer = each;
            Assert.True(buffer.IsEmpty);
            Assert.Equal((0, 0, 0), (buffer.Length, buffer.Capacity, buffer.Span.Length));
            Assert.Throws<IndexOutOfRangeException>(() => each[0]);
            buffer.Dispose();
            buffer.Dispose();
            SlabBuffer<long> moved = buffer.Move();
            Assert.True(moved.IsEmpty);
        }

        Whole.Empty(_allocator);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_negative_length_is_refused(int length)
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => new SlabBuffer<byte>(length));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => new SlabBuffer<Triple>(length, _allocator));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => SlabBuffer.Zeroed<int>(length, _allocator));
        SlabBuffer<int> buffer = new(3, _allocator);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => buffer.Resize(length));
        Assert.Equal(3, buffer.Length);
        buffer.Dispose();
    }

    [Fact]
    public void More_than_there_is_runs_out_of_memory_and_leaves_what_was()
    {
        using var limited = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 16 << 20 });
        SlabBuffer<Triple> buffer = new(10, limited);
        buffer[9] = new Triple(1, 2, 3);
        Assert.Throws<SlabMemoryLimitException>(() => new SlabBuffer<byte>(32 << 20, limited));
        Assert.ThrowsAny<OutOfMemoryException>(() => new SlabBuffer<Triple>(int.MaxValue, limited));
        Assert.ThrowsAny<OutOfMemoryException>(() => SlabBuffer.Zeroed<Vector512<int>>(int.MaxValue, limited));
        Assert.Throws<SlabMemoryLimitException>(() => buffer.Resize(1 << 20));
        Assert.Equal((10, new Triple(1, 2, 3)), (buffer.Length, buffer[9]));
        buffer.Dispose();
        Whole.Empty(limited);
    }

    [Fact]
    public void An_index_outside_is_refused()
    {
        using SlabBuffer<int> buffer = new(3, _allocator);
        Assert.True(buffer.Capacity > 3);
        foreach (int index in new[] { -1, 3, int.MaxValue, int.MinValue })
        {
            Assert.Throws<IndexOutOfRangeException>(() => buffer[index]);
        }
    }

    [Fact]
    public void Resizing_keeps_what_fits()
    {
        SlabBuffer<Triple> buffer = default;
        SlabBuffer<Triple> own = new(0, _allocator);
        int written = 0;
        foreach (int length in new[] { 1, 2, 3, 50, 49, 20, 3_000, 100_000, 90_000, 200_000, 5_000, 4_999, 10, 0, 7, 0 })
        {
            buffer.Resize(length);
            own.Resize(length);
            written = int.Min(written, length);
            for (int i = 0; i < length; i++)
            {
                if (i < written)
                {
                    Assert.Equal(new Triple(i, -i, 7), buffer[i]);
                    Assert.Equal(buffer[i], own[i]);
                }

                buffer[i] = own[i] = new Triple(i, -i, 7);
            }

            written = length;
            Assert.Equal((length, length), (buffer.Length, own.Length));
            Assert.Equal(length == 0 ? 0 : 1, _allocator.GetStatistics().LiveBlocks);
        }

        buffer.Dispose();
        own.Dispose();
        Whole.Empty(_allocator);
    }

    [Fact]
    public void Resizing_up_to_the_capacity_stays_in_place()
    {
        using SlabBuffer<byte> buffer = new(601, _allocator);
        ref byte first = ref buffer[0];
        buffer.Resize(buffer.Capacity);
        Assert.Equal(608, buffer.Length);
        Assert.True(Unsafe.AreSame(ref first, ref buffer[0]));
    }

    [Fact]
    public void A_move_leaves_an_empty_buffer_of_the_same_allocator()
    {
        SlabBuffer<int> buffer = new(5, _allocator);
        buffer[4] = 42;
        SlabBuffer<int> moved = buffer.Move();
        Assert.True(buffer.IsEmpty);
        Assert.True(buffer.Span.IsEmpty);
        Assert.Equal(42, moved[4]);
        buffer.Dispose();
        Assert.Equal(1, _allocator.GetStatistics().LiveBlocks);
        buffer.Resize(3);
        Assert.Equal(2, _allocator.GetStatistics().LiveBlocks);
        buffer.Dispose();
        moved.Dispose();
        Whole.Empty(_allocator);
    }

    [Fact]
    public async Task A_buffer_moves_out_of_its_using()
    {
        SlabBuffer<int> made = Make(false);
        Assert.Equal(42, made[0]);
        made.Dispose();
        Assert.Throws<FormatException>(() => Make(true));
        SlabBuffer<int> later = await MakeLater();
        Assert.Equal(43, later[0]);
        later.Dispose();
        Whole.Empty(_allocator);

        SlabBuffer<int> Make(bool fail)
        {
            using SlabBuffer<int> buffer = new(1, _allocator);
            buffer.Resize(700);
            buffer[0] = 42;
            return fail ? throw new FormatException() : buffer.Move();
        }

        async Task<SlabBuffer<int>> MakeLater()
        {
            using SlabBuffer<int> buffer = new(1, _allocator);
            await Task.Yield();
            buffer[0] = 43;
            return buffer.Move();
        }
    }

    [Fact]
    public void A_disposed_allocator_is_refused()
    {
        _allocator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new SlabBuffer<byte>(1, _allocator));
        Assert.Throws<ObjectDisposedException>(() => new SlabBuffer<byte>(0, _allocator));
        Assert.Throws<ObjectDisposedException>(() => new SlabBuffer<byte>(100_000, _allocator));
        Assert.Throws<ObjectDisposedException>(() => SlabBuffer.Zeroed<byte>(10, _allocator));
        Assert.Throws<ObjectDisposedException>(() => SlabBuffer.CopyOf<byte>([1], _allocator));
        Assert.Throws<ObjectDisposedException>(() => new SlabBox<byte>(1, _allocator));
    }
}
