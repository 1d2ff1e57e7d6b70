using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Buffers;

namespace BitSlab;

#pragma warning disable RS0027 // the base's overloads

/// <content>Reading and writing at the position: within one block inline, over its border out of line.</content>
public sealed unsafe partial class SlabStream
{
    // The last answer of ReadAsync to an array, mostly the next one's, too.
    private Task<int>? _lastRead;
    private int _lastCount;

    /// <summary>Reads bytes, as many as there are and fit.</summary>
    /// <param name="buffer">Where they go.</param>
    /// <returns>How many were read; 0 at the end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override int Read(Span<byte> buffer)
    {
        // Where there is no window, it ends before any position.
        long position = _position;
        long count = long.Min(buffer.Length, _length - position);
        if (count > _windowEnd - position)
        {
            return ReadSlow(buffer);
        }

        EndHandOut();
        new ReadOnlySpan<byte>((byte*)(_origin + (nint)position), (int)count).CopyTo(buffer);
        _position = position + count;
        GC.KeepAlive(this);
        return (int)count;
    }

    /// <inheritdoc cref="Stream.Read(byte[], int, int)"/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Reads a byte; -1 at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override int ReadByte()
    {
        long position = _position;
        if (position >= long.Min(_windowEnd, _length))
        {
            return ReadByteSlow();
        }

        EndHandOut();
        byte one = *(byte*)(_origin + (nint)position);
        _position = position + 1;
        GC.KeepAlive(this);
        return one;
    }

    /// <inheritdoc cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        ThrowIfDisposed();
        return new ValueTask<int>(Read(buffer.Span));
    }

    /// <inheritdoc cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<int>(cancellationToken);
        }

        int read = Read(buffer.AsSpan(offset, count));
        if (_lastRead == null || _lastCount != read)
        {
            _lastCount = read;
            _lastRead = Task.FromResult(read);
        }

        return _lastRead;
    }

    /// <summary>Writes bytes. What stood there is overwritten; behind the end the stream grows.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <exception cref="IOException">The stream would be longer than a number of 64 bits says.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit. Nothing was written.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        long position = _position;
        if (buffer.Length > _windowEnd - position)
        {
            WriteSlow(buffer);
            return;
        }

        EndHandOut();
        buffer.CopyTo(new Span<byte>((byte*)(_origin + (nint)position), buffer.Length));
        position += buffer.Length;
        _position = position;
        _length = long.Max(_length, position);
        GC.KeepAlive(this);
    }

    /// <inheritdoc cref="Stream.Write(byte[], int, int)"/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <summary>Writes a byte, as <see cref="Write(ReadOnlySpan{byte})"/> does.</summary>
    /// <param name="value">The byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void WriteByte(byte value)
    {
        long position = _position;
        if (position >= _windowEnd)
        {
            WriteByteSlow(value);
            return;
        }

        EndHandOut();
        *(byte*)(_origin + (nint)position) = value;
        position++;
        _position = position;
        _length = long.Max(_length, position);
        GC.KeepAlive(this);
    }

    /// <inheritdoc cref="Stream.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Write(buffer.Span);
        return default;
    }

    /// <inheritdoc cref="Stream.WriteAsync(byte[], int, int, CancellationToken)"/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadSlow(Span<byte> buffer)
    {
        SegmentChain chain = Chain;
        EndHandOut();
        int count = (int)long.Clamp(_length - _position, 0, buffer.Length);
        if (count != 0)
        {
            chain.CopyTo(_position, buffer[..count]);
            Go(_position + count);
            GC.KeepAlive(this);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadByteSlow()
    {
        byte one = 0;
        return ReadSlow(new Span<byte>(ref one)) == 0 ? -1 : one;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteSlow(ReadOnlySpan<byte> buffer)
    {
        SegmentChain chain = Chain;
        EndHandOut();
        if (buffer.IsEmpty)
        {
            return;
        }

        long end = unchecked(_position + buffer.Length);
        if (end < 0)
        {
            throw new IOException("A stream cannot be that long.");
        }

        if (end > chain.Capacity)
        {
            chain.Reserve(end);
        }

        if (_position > _length)
        {
            chain.Clear(_length, _position);
        }

        chain.CopyFrom(_position, buffer);
        _length = long.Max(_length, end);
        Go(end);
        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteByteSlow(byte value) => WriteSlow(new ReadOnlySpan<byte>(in value));
}
