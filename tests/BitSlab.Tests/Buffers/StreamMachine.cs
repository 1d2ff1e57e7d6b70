using System;
using System.Buffers;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Runs steps on a stream and on a <see cref="MemoryStream"/>, and compares the two.</summary>
public sealed class StreamMachine : IDisposable
{
    private readonly SlabAllocator _allocator = new();
    private readonly SlabStream _stream;
    private readonly MemoryStream _model;

    public StreamMachine(int firstSegment, int largestSegment)
        : this(firstSegment, largestSegment, new MemoryStream())
    {
    }

    /// <summary>With a model that may be wrong, to see that it is noticed.</summary>
    public StreamMachine(int firstSegment, int largestSegment, MemoryStream model)
    {
        _stream = new SlabStream(
            new SlabSegmentOptions { Allocator = _allocator, FirstSegmentSize = firstSegment, LargestSegmentSize = largestSegment });
        _model = model;
    }

    public void Run(StreamOperation[] operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        foreach (StreamOperation operation in operations)
        {
            Apply(operation);
            Agrees();
        }

        _stream.Dispose();
        Whole.Holds(_allocator, 0, 0);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _model.Dispose();
        _allocator.Dispose();
    }

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private void Agrees()
    {
        Assert.Equal((_model.Length, _model.Position), (_stream.Length, _stream.Position));
        Assert.True(_stream.Capacity >= _stream.Length);
        byte[] content = _model.ToArray();
        Assert.Equal(content, _stream.ToArray());
        ReadOnlySequence<byte> sequence = _stream.GetReadOnlySequence();
        Assert.Equal(content.Length, sequence.Length);
        Assert.Equal(content, sequence.ToArray());
    }

    private void Apply(StreamOperation operation)
    {
        int number = operation.Number;
        byte[] bytes = Bytes(number, operation.Seed);
        switch (operation.Step)
        {
            case StreamStep.Write:
                _stream.Write(bytes.AsSpan());
                WriteUnlessEmpty(bytes);
                break;
            case StreamStep.WriteArray:
                _stream.Write(bytes, number / 3, number / 2);
                WriteUnlessEmpty(bytes.AsSpan(number / 3, number / 2));
                break;
            case StreamStep.WriteAsync:
                Task writing = _stream.WriteAsync(bytes.AsMemory(), CancellationToken.None).AsTask();
                Assert.True(writing.IsCompletedSuccessfully);
                WriteUnlessEmpty(bytes);
                break;
            case StreamStep.WriteByte:
                _stream.WriteByte(unchecked((byte)operation.Seed));
                _model.WriteByte(unchecked((byte)operation.Seed));
                break;
            case StreamStep.WriteAsBuffer:
                WriteAsBuffer(bytes, operation.Seed % 2 == 0);
                break;
            case StreamStep.AdvanceLess:
                AdvanceLess(bytes);
                break;
            case StreamStep.Read:
            case StreamStep.ReadAsync:
            case StreamStep.ReadExactly:
                Read(operation.Step, number);
                break;
            case StreamStep.ReadByte:
                Assert.Equal(_model.ReadByte(), _stream.ReadByte());
                break;
            case StreamStep.SeekBegin:
                Assert.Equal(_model.Seek(number, SeekOrigin.Begin), _stream.Seek(number, SeekOrigin.Begin));
                break;
            case StreamStep.SeekCurrent:
                Seek((operation.Seed % 2 == 0 ? -1 : 1) * number, SeekOrigin.Current);
                break;
            case StreamStep.SeekEnd:
                Seek(operation.Seed % 3 == 0 ? number : -number * (operation.Seed % 2), SeekOrigin.End);
                break;
            case StreamStep.SetPosition:
                _stream.Position = number;
                _model.Position = number;
                break;
            case StreamStep.SetLength:
                SetLength(operation.Seed % 3 == 0 ? number : (long)(_model.Length * (operation.Seed / 999.0)));
                break;
            case StreamStep.SetCapacity:
                _stream.Capacity = _stream.Length + number;
                Assert.True(_stream.Capacity >= _stream.Length + number);
                break;
            case StreamStep.CopyTo:
                CopyTo(operation.Seed);
                break;
            case StreamStep.GetBuffer:
                Assert.Equal(_model.ToArray(), _stream.GetBuffer().ToArray());
                break;
            case StreamStep.WriteThroughBuffer:
                Assert.Equal(_stream.TryGetBuffer(out Memory<byte> buffer), !buffer.IsEmpty || _model.Length == 0);
                int common = Math.Min(buffer.Length, number);
                bytes.AsSpan(0, common).CopyTo(buffer.Span);
                bytes.AsSpan(0, common).CopyTo(_model.GetBuffer());
                break;
            default:
                break;
        }
    }

    // In parts, as serialisers do: what is asked for is not always what is used.
    private void WriteAsBuffer(byte[] bytes, bool asSpan)
    {
        int done = 0;
        for (int hint = 0; done < bytes.Length; hint = hint == 0 ? 7 : hint * 3)
        {
            int asked = Math.Min(hint, bytes.Length - done);
            Span<byte> room = asSpan ? _stream.GetSpan(asked) : _stream.GetMemory(asked).Span;
            Assert.True(room.Length >= Math.Max(1, asked));
            int part = Math.Min(Math.Min(room.Length, bytes.Length - done), Math.Max(1, asked));
            bytes.AsSpan(done, part).CopyTo(room);
            _stream.Advance(part);
            done += part;
        }

        WriteUnlessEmpty(bytes);
    }

    // All of the room is written to, and half of it counts.
    private void AdvanceLess(byte[] bytes)
    {
        Span<byte> room = _stream.GetSpan(bytes.Length);
        room.Fill(0xEE);
        bytes.CopyTo(room);
        _stream.Advance(bytes.Length / 2);
        WriteUnlessEmpty(bytes.AsSpan(0, bytes.Length / 2));
    }

    // Nothing, written behind the end, makes a memory stream longer; this one stays as it is.
    private void WriteUnlessEmpty(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            _model.Write(bytes);
        }
    }

    private void Read(StreamStep step, int count)
    {
        byte[] mine = new byte[count];
        byte[] other = new byte[count];
        int read;
        switch (step)
        {
            case StreamStep.Read:
                read = _stream.Read(mine.AsSpan());
                break;
            case StreamStep.ReadAsync:
                Task<int> task = _stream.ReadAsync(mine, 0, count, CancellationToken.None);
                Assert.True(task.IsCompletedSuccessfully);
                read = task.GetAwaiter().GetResult();
                break;
            default:
                read = _stream.ReadAtLeast(mine, count, throwOnEndOfStream: false);
                break;
        }

        Assert.Equal(_model.Read(other), read);
        Assert.Equal(other, mine);
    }

    private void Seek(int offset, SeekOrigin origin)
    {
        long target = offset + (origin == SeekOrigin.End ? _model.Length : _model.Position);
        if (target < 0)
        {
            Assert.Throws<IOException>(() => _stream.Seek(offset, origin));
            return;
        }

        Assert.Equal(_model.Seek(offset, origin), _stream.Seek(offset, origin));
    }

    private void SetLength(long length)
    {
        _stream.SetLength(length);
        _model.SetLength(length);
    }

    private void CopyTo(int seed)
    {
        using MemoryStream mine = new();
        using MemoryStream other = new();
        switch (seed % 3)
        {
            case 0:
                _stream.CopyTo(mine, 1 + (seed % 5));
                _model.CopyTo(other);
                break;
            case 1:
                Task copying = _stream.CopyToAsync(mine);
                Assert.True(copying.IsCompletedSuccessfully);
                _model.CopyTo(other);
                break;
            default:
                _stream.WriteTo(mine);
                _model.WriteTo(other);
                break;
        }

        Assert.Equal(other.ToArray(), mine.ToArray());
    }
}
