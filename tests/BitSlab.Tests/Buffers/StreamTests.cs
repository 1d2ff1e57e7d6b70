using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Buffers;

#pragma warning disable CA1835, CA2022 // these overloads, and short reads, are what is tested

/// <summary>A stream does what <see cref="MemoryStream"/> does.</summary>
public sealed class StreamTests
{
    private static readonly SlabSegmentOptions s_small = new() { FirstSegmentSize = 16, LargestSegmentSize = 64 };

    private static readonly Gen<(int Operation, int A, int B)[]> s_operations =
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 300], Gen.Int[0, 120]).Array[0, 60];

    [Fact]
    public void It_is_level_with_a_memory_stream() =>
        s_operations.Sample(
            operations =>
            {
                using var allocator = new SlabAllocator();
                var expected = new MemoryStream();
                using (var stream = new SlabStream(s_small with { Allocator = allocator }))
                {
                    byte next = 1;
                    foreach ((int operation, int a, int b) in operations)
                    {
                        Apply(stream, expected, operation, a, b, ref next);
                        AssertSame(stream, expected);
                    }
                }

                Whole.Empty(allocator);
            },
            iter: 400,
            threads: 1);

    [Fact]
    public void What_cannot_be_is_refused_and_nothing_is_lost()
    {
        using var stream = new SlabStream { Tag = "orders" };
        Assert.Equal("orders", stream.Tag);
        stream.Write([1, 2, 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.SetLength(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Capacity = 2);
        Assert.Throws<IOException>(() => stream.Seek(-4, SeekOrigin.End));
        Assert.Throws<IOException>(() => stream.Seek(long.MaxValue, SeekOrigin.Current));
        Assert.Throws<ArgumentException>(() => stream.Seek(0, (SeekOrigin)3));
        Assert.Throws<ArgumentNullException>(() => stream.Write(null!, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read(new byte[1], 0, 2));
        Assert.Throws<ArgumentNullException>(() => stream.CopyTo(null!));
        Assert.Throws<ArgumentException>(() => stream.CopyTo(stream));
        Assert.Throws<ArgumentException>(() => stream.WriteTo(stream));
        Assert.Throws<ArgumentNullException>(() => new SlabStream((SlabAllocator)null!));
        Assert.Throws<InvalidOperationException>(() => stream.Advance(1));
        stream.GetSpan(10);
        Assert.Throws<InvalidOperationException>(() => stream.Advance(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.GetMemory(-1));
        Assert.Equal((3L, 3L), (stream.Length, stream.Position));
        Assert.Equal([1, 2, 3], stream.ToArray());
        stream.Position = long.MaxValue;
        Assert.Throws<IOException>(() => stream.WriteByte(1));
        Assert.Throws<OutOfMemoryException>(() => stream.SetLength(long.MaxValue));
        Assert.Equal([1, 2, 3], stream.ToArray());
    }

    [Fact]
    public async Task After_disposal_everything_throws()
    {
        using var allocator = new SlabAllocator();
        var stream = new SlabStream(s_small with { Allocator = allocator });
        stream.Write(new byte[200]);
        ReadOnlySequence<byte> sequence = stream.GetReadOnlySequence();
        await stream.DisposeAsync();
        stream.Close();
        Assert.Equal((false, false, false), (stream.CanRead, stream.CanSeek, stream.CanWrite));
        List<Action> uses =
        [
            () => _ = stream.Length, () => _ = stream.Position, () => stream.Position = 1, () => _ = stream.Capacity, () => stream.Capacity = 1,
            () => stream.Seek(0, SeekOrigin.Begin), () => stream.SetLength(1), () => stream.Read(new byte[1]), () => stream.Read(new byte[1], 0, 1), () => stream.ReadByte(),
            () => stream.Write([1]), () => stream.Write([]), () => stream.Write(new byte[1], 0, 1), () => stream.WriteByte(1), () => stream.GetReadOnlySequence(),
            () => stream.GetBuffer(), () => stream.TryGetBuffer(out _), () => stream.ToArray(), () => stream.WriteTo(Stream.Null), () => stream.CopyTo(Stream.Null),
            () => stream.GetSpan(), () => stream.GetMemory(), () => stream.Advance(0), () => sequence.ToArray(),
        ];
        Assert.All(uses, use => Assert.Throws<ObjectDisposedException>(use));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadAsync(new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.WriteAsync(new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.CopyToAsync(Stream.Null));
        Whole.Empty(allocator);
    }

    [Fact]
    public async Task Cancelled_calls_do_nothing()
    {
        using var stream = new SlabStream();
        stream.Write([1, 2]);
        stream.Position = 1;
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadAsync(new byte[1], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadAsync(new byte[1], 0, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.WriteAsync(new byte[1], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.WriteAsync(new byte[1], 0, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.CopyToAsync(Stream.Null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.FlushAsync(cancelled));
        Assert.Equal((1L, 2L), (stream.Position, stream.Length));
    }

    [Fact]
    public void A_buffer_is_the_content_side_by_side()
    {
        using var stream = new SlabStream(s_small);
        byte[] bytes = [.. Enumerable.Range(0, 1_000).Select(i => unchecked((byte)i))];
        Assert.True(stream.TryGetBuffer(out Memory<byte> none) && none.IsEmpty && stream.GetBuffer().IsEmpty);
        stream.Write(bytes);
        Assert.False(stream.TryGetBuffer(out _));
        ReadOnlySequence<byte> before = stream.GetReadOnlySequence();
        Memory<byte> buffer = stream.GetBuffer();
        Assert.Equal(bytes, buffer.ToArray());
        Assert.Throws<ObjectDisposedException>(() => before.ToArray());
        Assert.True(stream.TryGetBuffer(out Memory<byte> again) && again.Equals(buffer));
        buffer.Span[3] = 77;
        Assert.Equal(77, stream.ToArray()[3]);
        stream.Write([5]);
        Assert.Equal(1_001, stream.Length);
    }

    [Fact]
    public void Memory_goes_back_when_it_is_shrunk()
    {
        using var allocator = new SlabAllocator();
        using var stream = new SlabStream(allocator);
        stream.Write(new byte[1_000_000]);
        Assert.InRange(stream.Capacity, 1_000_000, 1_600_000);
        stream.SetLength(100);
        Assert.InRange(allocator.GetStatistics().LiveBytes, 100, 600);
        stream.SetLength(0);
        Whole.Empty(allocator);
        stream.Capacity = 10_000;
        Assert.InRange(stream.Capacity, 10_000, 16_000);
        stream.Capacity = 0;
        Assert.Equal(0, stream.Capacity);
    }

    [Fact]
    public void A_small_stream_takes_little()
    {
        using var allocator = new SlabAllocator();
        using var stream = new SlabStream(allocator);
        stream.Write(new byte[300]);
        Assert.InRange(allocator.GetStatistics().LiveBytes, 300, 512);
    }

    [Fact]
    public void At_the_allocators_limit_the_content_stays()
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 8 << 20 });
        using var stream = new SlabStream(allocator);
        stream.Write([1, 2, 3]);
        Assert.Throws<SlabMemoryLimitException>(() => stream.Write(new byte[9 << 20]));
        Assert.Throws<SlabMemoryLimitException>(() => stream.SetLength(9 << 20));
        Assert.Throws<SlabMemoryLimitException>(() => stream.GetMemory(9 << 20));
        Assert.Equal([1, 2, 3], stream.ToArray());
        Assert.Equal(3, stream.Position);
    }

    [Fact]
    public async Task Json_goes_in_and_out()
    {
        int[] value = [.. Enumerable.Range(0, 1_000)];
        using var stream = new SlabStream(s_small);
        await JsonSerializer.SerializeAsync(stream, value);
        stream.Position = 0;
        Assert.Equal(value, await JsonSerializer.DeserializeAsync<int[]>(stream));
    }

    [Fact]
    public void A_stream_leaves_itself_only_on_the_heap_of_the_collector()
    {
        using var allocator = new SlabAllocator();
        SlabSegmentOptions options = new() { Allocator = allocator };
        byte[] bytes = new byte[600];
        Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000, 50, 120);

        void Pass()
        {
            for (int i = 0; i < 1_000; i++)
            {
                using var stream = new SlabStream(options);
                stream.Write(bytes);
                stream.Position = 0;
                stream.ReadExactly(bytes);
            }
        }
    }

    private static void AssertSame(SlabStream stream, MemoryStream expected)
    {
        Assert.Equal((expected.Length, expected.Position), (stream.Length, stream.Position));
        byte[] content = expected.ToArray();
        Assert.Equal(content, stream.ToArray());
        Assert.Equal(content, stream.GetReadOnlySequence().ToArray());
        var copy = new MemoryStream();
        stream.WriteTo(copy);
        Assert.Equal(content, copy.ToArray());
        Assert.Equal(stream.TryGetBuffer(out Memory<byte> buffer), content.Length == 0 || !buffer.IsEmpty);
        Assert.True(buffer.IsEmpty || buffer.Span.SequenceEqual(content));
    }

    private static void Apply(SlabStream stream, MemoryStream expected, int operation, int a, int b, ref byte next)
    {
        byte first = next;
        byte[] bytes = [.. Enumerable.Range(0, b).Select(i => unchecked((byte)(first + i)))];
        next = unchecked((byte)(next + b));
        byte[] read = new byte[b];
        byte[] expectedRead = new byte[b];
        switch (operation)
        {
            case <= 3:
                stream.Write(bytes);
                Write(expected, bytes);
                break;
            case 4:
                stream.WriteByte(first);
                expected.WriteByte(first);
                break;
            case 5:
                Assert.Equal(expected.Read(expectedRead), stream.Read(read));
                Assert.Equal(expectedRead, read);
                break;
            case 6:
                Assert.Equal(expected.ReadByte(), stream.ReadByte());
                break;
            case 7:
                stream.Position = a;
                expected.Position = a;
                break;
            case 8:
                long back = -Math.Min(a, expected.Length);
                Assert.Equal(expected.Seek(back, SeekOrigin.End), stream.Seek(back, SeekOrigin.End));
                break;
            case 9:
                Assert.Equal(expected.Seek(b, SeekOrigin.Current), stream.Seek(b, SeekOrigin.Current));
                break;
            case 10:
                stream.SetLength(a);
                expected.SetLength(a);
                break;
            case 11 or 12:
                Span<byte> span = stream.GetSpan(b);
                Assert.True(span.Length >= Math.Max(b, 1));
                bytes.CopyTo(span);
                stream.Advance(b / 2);
                Write(expected, bytes.AsSpan(0, b / 2));
                break;
            case 13:
                Assert.Equal(expected.ToArray(), stream.GetBuffer().ToArray());
                break;
            case 14:
                stream.Capacity = Math.Max(stream.Length, a);
                break;
            default:
                var copy = new MemoryStream();
                var expectedCopy = new MemoryStream();
                stream.CopyTo(copy);
                expected.CopyTo(expectedCopy);
                Assert.Equal(expectedCopy.ToArray(), copy.ToArray());
                break;
        }
    }

    // Nothing, written behind the end, makes a memory stream longer; this one stays as it is.
    private static void Write(MemoryStream expected, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            expected.Write(bytes);
        }
    }
}
