using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Buffers;

namespace BitSlab;

#pragma warning disable RS0027 // the optional token is the base class's

/// <content>Reading.</content>
public sealed unsafe partial class SlabStream
{
    // Reads in a row are mostly of one length: one task for them all.
    private Task<int>? _lastRead;
    private int _lastReadBytes;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override int Read(Span<byte> buffer)
    {
        long position = _position;
        long bytes = long.Min(buffer.Length, _length - position);
        if (bytes > _windowEnd - position)
        {
            return ReadSlow(buffer);
        }

        new ReadOnlySpan<byte>((byte*)(_origin + (nint)position), (int)bytes).CopyTo(buffer);
        _position = position + bytes;
        GC.KeepAlive(this);
        return (int)bytes;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override int ReadByte()
    {
        long position = _position;
        if (position >= long.Min(_windowEnd, _length))
        {
            return ReadByteSlow();
        }

        byte value = *(byte*)(_origin + (nint)position);
        _position = position + 1;
        GC.KeepAlive(this);
        return value;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<int>(cancellationToken);
        }

        try
        {
            int bytes = Read(buffer.AsSpan(offset, count));
            if (_lastRead == null || _lastReadBytes != bytes)
            {
                _lastRead = Task.FromResult(bytes);
                _lastReadBytes = bytes;
            }

            return _lastRead;
        }
#pragma warning disable CA1031 // the task carries it
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Task.FromException<int>(e);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        try
        {
            return new ValueTask<int>(Read(buffer.Span));
        }
#pragma warning disable CA1031 // the task carries it
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ValueTask.FromException<int>(e);
        }
    }

    /// <summary>Writes the content from the position on to another stream, segment by segment, and moves the position to the end.</summary>
    /// <param name="destination">The other stream. While it is written to, it may not use this one; but this stream itself, at the end of which the bytes then are once more, it may be.</param>
    /// <param name="bufferSize">Of no use: nothing is copied on the way. At least 1.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is not positive.</exception>
    /// <exception cref="NotSupportedException"><paramref name="destination"/> cannot be written to.</exception>
    /// <exception cref="ObjectDisposedException">One of the streams is closed.</exception>
    public override void CopyTo(Stream destination, int bufferSize)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ValidateCopyToArguments(destination, bufferSize);
        SegmentChain chain = Chain;
        long from = _position;
        long to = _length;
        if (from < to)
        {
            MoveTo(to);
            chain.WriteTo(destination, from, to);
        }

        GC.KeepAlive(this);
    }

    /// <summary>The same where the other stream may have to wait. This one may not be used meanwhile.</summary>
    /// <param name="destination">The other stream, not this one.</param>
    /// <param name="bufferSize">Of no use: nothing is copied on the way. At least 1.</param>
    /// <param name="cancellationToken">Ends the writing between two segments, or inside one as the other stream has it. The position stays at the end.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is not positive.</exception>
    /// <exception cref="NotSupportedException"><paramref name="destination"/> cannot be written to.</exception>
    /// <exception cref="ObjectDisposedException">One of the streams is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. A part may have been written.</exception>
    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ValidateCopyToArguments(destination, bufferSize);
        SegmentChain chain = Chain;
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        long from = _position;
        long to = _length;
        if (from >= to)
        {
            return Task.CompletedTask;
        }

        MoveTo(to);
        return SequenceCopy.CopyAsync(chain.Sequence(to).Slice(from), destination, cancellationToken).AsTask();
    }

    /// <summary>Writes the whole content to another stream, wherever the position is, which stays there.</summary>
    /// <param name="destination">The other stream. It may not use this one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">One of the streams is closed.</exception>
    public void WriteTo(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Chain.WriteTo(destination, 0, _length);
        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadSlow(Span<byte> buffer)
    {
        SegmentChain chain = Chain;
        int bytes = (int)long.Min(buffer.Length, long.Max(0, _length - _position));
        if (bytes != 0)
        {
            chain.CopyTo(_position, buffer[..bytes]);
            MoveTo(_position + bytes);
        }

        GC.KeepAlive(this);
        return bytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadByteSlow()
    {
        byte value = 0;
        return ReadSlow(new Span<byte>(ref value)) == 0 ? -1 : value;
    }
}
