using System;
using System.Buffers;
using System.IO;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

#pragma warning disable CA2022 // a short read is a call like others

/// <summary>What a stream hands out to be written to counts when the user advances, and not otherwise.</summary>
public sealed class StreamHandOutTests : IDisposable
{
    private readonly SlabAllocator _allocator = new();
    private readonly SlabStream _stream;

    public StreamHandOutTests() =>
        _stream = new(new SlabSegmentOptions { Allocator = _allocator, FirstSegmentSize = 16, LargestSegmentSize = 64 });

    public void Dispose()
    {
        _stream.Dispose();
        Whole.Holds(_allocator, 0, 0);
        _allocator.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Amid_the_content_nothing_changes_before(bool asMemory)
    {
        byte[] content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        _stream.Write(content);
        _stream.Position = 30;
        Span<byte> room = asMemory ? _stream.GetMemory(20).Span : _stream.GetSpan(20);
        room.Fill(0xEE);
        Assert.Equal(content, _stream.ToArray());
        _stream.Advance(20);
        content.AsSpan(30, 20).Fill(0xEE);
        Assert.Equal(content, _stream.ToArray());
        Assert.Equal(50, _stream.Position);
        Assert.Throws<InvalidOperationException>(() => _stream.Advance(1));
    }

    [Fact]
    public void Behind_the_end_zeros_come_before()
    {
        _stream.Write([1]);
        _stream.Position = 40;
        _stream.GetSpan(2).Fill(7);
        Assert.Equal(1, _stream.Length);
        _stream.Advance(2);
        Assert.Equal([1, .. new byte[39], 7, 7], _stream.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(50)]
    public void Every_other_call_that_moves_withdraws_it(long position)
    {
        Action<SlabStream>[] calls =
        [
            static s => s.Write([9]), static s => s.Write([]), static s => s.WriteByte(1), static s => s.Read(new byte[1]),
            static s => s.ReadByte(), static s => s.Position = s.Position, static s => s.Seek(0, SeekOrigin.Current),
            static s => s.SetLength(20), static s => s.Capacity = 200, static s => s.GetBuffer(), static s => s.CopyTo(Stream.Null),
        ];
        foreach (Action<SlabStream> call in calls)
        {
            _stream.SetLength(20);
            _stream.Position = position;
            _stream.GetSpan(10);
            call(_stream);
            byte[] before = _stream.ToArray();
            Assert.Throws<InvalidOperationException>(() => _stream.Advance(1));
            Assert.Equal(before, _stream.ToArray());
        }
    }

    [Fact]
    public void What_is_handed_out_and_left_goes_back()
    {
        _stream.Write(new byte[10]);
        _stream.Position = 0;
        _stream.GetMemory(100_000);
        Memory<byte> last = _stream.GetMemory(1000);
        Assert.InRange(_allocator.GetStatistics().LiveBytes, 1000, 2000);
        _stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => last.Span.Length);
        Whole.Holds(_allocator, 0, 0);
    }

    [Fact]
    public void Reserved_memory_is_used_for_what_has_to_stand_side_by_side()
    {
        var options = new SlabSegmentOptions { Allocator = _allocator, FirstSegmentSize = 64, LargestSegmentSize = 1024 };
        using var stream = new SlabStream(options);
        stream.Write(new byte[60]);
        stream.Capacity = 1000;
        long live = _allocator.GetStatistics().LiveBytes;
        Span<byte> room = stream.GetSpan(500);
        room.Fill(3);
        stream.Advance(500);
        Assert.Equal(live, _allocator.GetStatistics().LiveBytes);
        Assert.Equal([.. new byte[60], .. Enumerable.Repeat((byte)3, 500)], stream.ToArray());
        Assert.Equal([60L, 500L], SegmentsOf(stream.GetReadOnlySequence()));
    }

    private static long[] SegmentsOf(ReadOnlySequence<byte> sequence)
    {
        long[] lengths = [];
        foreach (ReadOnlyMemory<byte> part in sequence)
        {
            lengths = [.. lengths, part.Length];
        }

        return lengths;
    }
}
