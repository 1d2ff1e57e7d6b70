using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Buffers;

namespace BitSlab;

#pragma warning disable RS0027 // the optional token is the base class's

/// <content>Writing.</content>
public sealed unsafe partial class SlabStream
{
    /// <inheritdoc/>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. Nothing was changed, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The stream would be longer than <see cref="long.MaxValue"/>.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. Nothing was changed, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        long position = _position;
        if (buffer.Length > _windowEnd - position)
        {
            WriteSlow(buffer);
            return;
        }

        buffer.CopyTo(new Span<byte>((byte*)(_origin + (nint)position), buffer.Length));
        position += buffer.Length;
        _position = position;
        _length = long.Max(_length, position);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The stream would be longer than <see cref="long.MaxValue"/>.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. Nothing was changed, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void WriteByte(byte value)
    {
        long position = _position;
        if (position >= _windowEnd)
        {
            WriteSlow(new ReadOnlySpan<byte>(ref value));
            return;
        }

        *(byte*)(_origin + (nint)position) = value;
        position++;
        _position = position;
        _length = long.Max(_length, position);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            Write(buffer.Span);
            return default;
        }
#pragma warning disable CA1031 // the task carries it
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteSlow(ReadOnlySpan<byte> buffer)
    {
        SegmentChain chain = Chain;
        long position = _position;
        if (buffer.IsEmpty && position <= _length)
        {
            return;
        }

        if (buffer.Length > long.MaxValue - position)
        {
            throw new IOException("The stream would be too long.");
        }

        long end = position + buffer.Length;
        if (end > chain.Capacity)
        {
            chain.Reserve(end);
        }

        if (position > _length)
        {
            chain.Clear(_length, position);
        }

        chain.CopyFrom(position, buffer);
        _length = long.Max(_length, end);
        MoveTo(end);
        GC.KeepAlive(this);
    }
}
