using System;
using System.Buffers;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Buffers;

namespace BitSlab;

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
public sealed unsafe partial class SlabStream : Stream, IBufferWriter<byte>
{
    private const long NoWindow = -1;

    private SegmentChain? _chain;
    private long _length;
    private long _position;

    // The block that the position is in: where position 0 would be in memory, and the position at which the block ends. There is no window
    // while the position is behind the end, without memory, and after disposal: the fast paths leave then.
    private nint _origin;
    private long _windowEnd = NoWindow;

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
            EndHandOut();
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
                Shrink(_length);
            }

            Chain.Reserve(value);
            Go(_position);
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

        EndHandOut();
        Go(place);
        return place;
    }

    /// <summary>Makes the content shorter, giving memory back, or longer, by zeros. A position behind the end goes to the end.</summary>
    /// <param name="value">The length in bytes, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit. The stream is as before.</exception>
    public override void SetLength(long value)
    {
        SegmentChain chain = Chain;
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        EndHandOut();
        if (value < _length)
        {
            // First, so that a block that is refused leaves a stream that is whole.
            _length = value;
            Shrink(value);
        }
        else
        {
            chain.Reserve(value);
            chain.Clear(_length, value);
            _length = value;
        }

        Go(long.Min(_position, value));
        GC.KeepAlive(this);
    }

    /// <summary>Gives all memory back. May be called twice.</summary>
    /// <param name="disposing">Always true: the stream has no finalizer, what it holds has.</param>
    /// <exception cref="InvalidBlockException">The allocator was reset.</exception>
    protected override void Dispose(bool disposing)
    {
        SegmentChain? chain = Interlocked.Exchange(ref _chain, null);
        if (chain != null)
        {
            _windowEnd = NoWindow;
            _lastRead = null;
            EndHandOut();
            chain.Return();
        }

        base.Dispose(disposing);
    }

    private void Shrink(long length)
    {
        _windowEnd = NoWindow;
        _chain!.Shrink(length);
    }

    /// <summary>Sets the position, and opens the window there.</summary>
    private void Go(long place)
    {
        _position = place;
        SegmentChain chain = _chain!;
        if (place > _length || chain.Count == 0)
        {
            _windowEnd = NoWindow;
            return;
        }

        ref readonly ChainBlock block = ref chain[chain.Find(place)];
        _origin = (nint)block.Start - (nint)block.Offset;
        _windowEnd = block.End;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_chain == null, this);
}
