using System;
using System.Buffers;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Buffers;

namespace BitSlab;

#pragma warning disable RS0027 // the base's overloads

/// <summary>
/// A stream over native memory that grows in segments, to be read, written and sought in: a <see cref="MemoryStream"/> without an array,
/// which does not move what was written when it grows, and gives all memory back when it is disposed. Of it, the object itself is on the
/// garbage-collected heap.
/// </summary>
/// <remarks>
/// Not for several threads at once. Sequences and memory that it shows stay valid while it only grows at its end; once they are gone
/// (shrunk, made contiguous, disposed) they throw <see cref="ObjectDisposedException"/>, with the limits of <see cref="SlabBufferWriter"/>.
/// Async calls complete at once. Lengths are limited by memory only. A stream that was forgotten frees its memory when it is collected.
/// </remarks>
public sealed partial class SlabStream : Stream, IBufferWriter<byte>
{
    private SegmentChain? _chain;
    private long _length;
    private long _position;

    // The last answer of ReadAsync to an array, mostly the next one's, too.
    private Task<int>? _lastRead;
    private int _lastCount;

    /// <summary>Makes an empty stream on <see cref="SlabAllocator.Shared"/>.</summary>
    public SlabStream()
        : this(SlabSegmentOptions.Default)
    {
    }

    /// <summary>Makes an empty stream on an allocator, with segments as in <see cref="SlabSegmentOptions.Default"/>.</summary>
    /// <param name="allocator">The allocator, which is not to be reset or disposed before the stream.</param>
    /// <exception cref="ArgumentNullException"><paramref name="allocator"/> is null.</exception>
    public SlabStream(SlabAllocator allocator)
        : this(SlabSegmentOptions.For(allocator))
    {
    }

    /// <summary>Makes an empty stream.</summary>
    /// <param name="options">Where the memory comes from, and in which segments.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A property of the options is out of its range.</exception>
    public SlabStream(SlabSegmentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _chain = SegmentChain.Rent(options);
    }

    /// <summary>What the stream is for, as its user named it. It stays after disposal.</summary>
    public string? Tag { get; init; }

    /// <summary>Whether the stream is not disposed, as for the two that follow.</summary>
    public override bool CanRead => _chain != null;

    /// <inheritdoc cref="CanRead"/>
    public override bool CanSeek => _chain != null;

    /// <inheritdoc cref="CanRead"/>
    public override bool CanWrite => _chain != null;

    /// <summary>The bytes of the content.</summary>
    /// <exception cref="ObjectDisposedException">The stream is disposed. So it is for all that follows.</exception>
    public override long Length
    {
        get
        {
            ThrowIfDisposed();
            return _length;
        }
    }

    /// <summary>Where the next byte is read or written; may lie behind the end, and what is written there has zeros before it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">What is set is negative.</exception>
    public override long Position
    {
        get
        {
            ThrowIfDisposed();
            return _position;
        }

        set
        {
            ThrowIfDisposed();
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Go(value);
        }
    }

    /// <summary>
    /// The bytes that the stream has memory for. Set to more, it takes memory; set to less, it gives back what the content does not need.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">What is set is less than <see cref="Length"/>.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit. The stream is as before.</exception>
    public long Capacity
    {
        get => Chain.Capacity;

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, Length);
            EndHandOut();
            if (value < Chain.Capacity)
            {
                Chain.Shrink(_length);
            }

            Chain.Reserve(value);
        }
    }

    private SegmentChain Chain
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ThrowIfDisposed();
            return _chain!;
        }
    }

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Goes to a place.</summary>
    /// <param name="offset">How far it is from the origin, in bytes.</param>
    /// <param name="origin">The origin.</param>
    /// <returns>The place.</returns>
    /// <exception cref="ArgumentException">There is no such origin.</exception>
    /// <exception cref="IOException">The place lies before the begin.</exception>
    public override long Seek(long offset, SeekOrigin origin)
    {
        ThrowIfDisposed();
        long from = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => _length,
            _ => throw new ArgumentException($"There is no origin {origin}.", nameof(origin)),
        };
        long place = unchecked(from + offset);
        if (place < 0)
        {
            throw new IOException(offset < 0 ? "A stream cannot be sought before its begin." : "A stream cannot be that long.");
        }

        Go(place);
        return place;
    }

    /// <summary>Makes the content shorter, giving memory back, or longer, by zeros. A position behind the end goes to the end.</summary>
    /// <param name="value">The length in bytes, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit. The stream is as before.</exception>
    public override void SetLength(long value)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        EndHandOut();
        if (value < _length)
        {
            Chain.Shrink(value);
            _length = value;
        }
        else
        {
            GrowTo(value);
        }

        _position = Math.Min(_position, _length);
    }

    /// <summary>Reads bytes, as many as there are and fit.</summary>
    /// <param name="buffer">Where they go.</param>
    /// <returns>How many were read; 0 at the end.</returns>
    public override int Read(Span<byte> buffer)
    {
        SegmentChain chain = Chain;
        EndHandOut();
        int count = (int)Math.Clamp(_length - _position, 0, buffer.Length);
        if (count != 0)
        {
            chain.CopyTo(_position, buffer[..count]);
            _position += count;
            GC.KeepAlive(this);
        }

        return count;
    }

    /// <inheritdoc cref="Stream.Read(byte[], int, int)"/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Reads a byte; -1 at the end.</summary>
    public override int ReadByte()
    {
        byte one = 0;
        return Read(new Span<byte>(ref one)) == 0 ? -1 : one;
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
    public override void Write(ReadOnlySpan<byte> buffer)
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
        _position = end;
        _length = Math.Max(_length, end);
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
    public override void WriteByte(byte value) => Write(new ReadOnlySpan<byte>(in value));

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

    /// <summary>Gives all memory back. May be called twice.</summary>
    /// <param name="disposing">Always true: the stream has no finalizer, what it holds has.</param>
    /// <exception cref="InvalidBlockException">The allocator was reset.</exception>
    protected override void Dispose(bool disposing)
    {
        SegmentChain? chain = Interlocked.Exchange(ref _chain, null);
        if (chain != null)
        {
            EndHandOut();
            _lastRead = null;
            chain.Return();
        }

        base.Dispose(disposing);
    }

    private void Go(long place)
    {
        EndHandOut();
        _position = place;
    }

    private void GrowTo(long length)
    {
        if (length > _length)
        {
            _chain!.Reserve(length);
            _chain.Clear(_length, length);
            _length = length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_chain == null, this);
}
