using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using BitSlab.Buffers;

namespace BitSlab;

/// <summary>
/// A stream in native memory that is read, written and sought as a <see cref="MemoryStream"/> is, and grows segment by segment without moving what was
/// written. The object is the only thing on the garbage-collected heap, in steady state.
/// </summary>
/// <remarks>
/// <para>Not for several threads at once; from one thread to the next it may go, also across an await. Calls with Async in their name are done
/// when they return, but for those that copy to another stream.</para>
/// <para>Length and position are 64-bit numbers, and only memory bounds them. What has to stand side by side, in a span, a memory or an array, is up to 2 GiB long.</para>
/// <para>Memory and sequences that the stream gave are good until the content is made shorter, put side by side by <see cref="GetBuffer"/>, or the stream is closed. After that they throw
/// <see cref="ObjectDisposedException"/> instead of showing memory that has gone, with two limits: a span that was taken before is not checked,
/// and the objects behind memory are used again, the earliest after 1,024 others of the process were given back.</para>
/// <para>After closing, each member throws <see cref="ObjectDisposedException"/>, but for <see cref="CanRead"/>, <see cref="CanSeek"/>, <see cref="CanWrite"/>, which are false,
/// <see cref="Tag"/>, <see cref="Id"/>, <see cref="Flush"/> and further closing. A stream that was forgotten frees its memory when it is collected.</para>
/// </remarks>
public sealed unsafe partial class SlabStream : Stream, IBufferWriter<byte>
{
    private const long NoWindow = -1;

    private static long s_lastId;

    private readonly SlabSegmentOptions _options;
    private SegmentChain? _chain;
    private long _position;
    private long _length;

    // The block that holds the position, up to where it ends in the stream. Without one, as while the position is beyond the length and after closing,
    // no byte is in the window: the fast paths leave.
    private nint _origin;
    private long _windowEnd = NoWindow;
    private int _index;

    private long _id;

    /// <summary>Makes an empty stream. It takes memory when something is written.</summary>
    /// <param name="options">
    /// Where the memory comes from, and in which segments; null for <see cref="SlabSegmentOptions.Default"/>. <see cref="SlabSegmentOptions.KeptBytes"/> is for writers.
    /// </param>
    /// <param name="tag">A name for those who look for who made the stream. Default none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A property of the options is out of its range.</exception>
    public SlabStream(SlabSegmentOptions? options = null, string? tag = null)
    {
        _options = options ?? SlabSegmentOptions.Default;
        _options.Validate();
        Tag = tag;
        _chain = SegmentChain.Rent(_options);
    }

    /// <summary>What the stream was tagged with; null for nothing.</summary>
    public string? Tag { get; }

    /// <summary>A number that no other stream of the process has, from 1 on, in the order in which streams are asked for it.</summary>
    public long Id
    {
        get
        {
            if (Volatile.Read(ref _id) == 0)
            {
                Interlocked.CompareExchange(ref _id, Interlocked.Increment(ref s_lastId), 0);
            }

            return _id;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => _chain != null;

    /// <inheritdoc/>
    public override bool CanSeek => _chain != null;

    /// <inheritdoc/>
    public override bool CanWrite => _chain != null;

    /// <summary>The stream's length in bytes.</summary>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public override long Length
    {
        get
        {
            ThrowIfClosed();
            return _length;
        }
    }

    /// <summary>
    /// The place of the next byte that is read or written. It may be beyond the length: then there is nothing to read, and what is written there has
    /// zeros before it. To write no bytes there makes the stream longer, too, as it does with a <see cref="MemoryStream"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public override long Position
    {
        get
        {
            ThrowIfClosed();
            return _position;
        }

        set
        {
            ThrowIfClosed();
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            MoveTo(value);
        }
    }

    /// <summary>
    /// The bytes of memory that the stream can hold before it takes more. Set it to take memory for a known length at once, or to give back segments beyond: it becomes at least the value.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than the length.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. Nothing was changed, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public long Capacity
    {
        get => Chain.Capacity;

        set
        {
            SegmentChain chain = Chain;
            ArgumentOutOfRangeException.ThrowIfLessThan(value, _length);
            if (value > chain.Capacity)
            {
                chain.Reserve(value);
            }
            else
            {
                _windowEnd = NoWindow;
                chain.Truncate(value == 0 ? 0 : chain.Find(value - 1) + 1);
            }

            MoveTo(_position);
        }
    }

    private SegmentChain Chain
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ThrowIfClosed();
            return _chain;
        }
    }

    /// <summary>Moves the position.</summary>
    /// <param name="offset">The bytes from the origin, negative for backwards.</param>
    /// <param name="origin">What the offset counts from.</param>
    /// <returns>The new position, which may be beyond the length: see <see cref="Position"/>.</returns>
    /// <exception cref="IOException">That is before the beginning.</exception>
    /// <exception cref="ArgumentOutOfRangeException">That is beyond <see cref="long.MaxValue"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="origin"/> is none of the three.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public override long Seek(long offset, SeekOrigin origin)
    {
        ThrowIfClosed();
        long from = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => _length,
            _ => throw new ArgumentException("The origin is none of those that there are.", nameof(origin)),
        };

        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, long.MaxValue - from);
        if (from + offset < 0)
        {
            throw new IOException("There is nothing before the beginning of a stream.");
        }

        MoveTo(from + offset);
        return _position;
    }

    /// <summary>
    /// Makes the stream longer, by zeros, or shorter: then memory goes back, and a position beyond the new length moves there.
    /// </summary>
    /// <param name="value">The new length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. Nothing was changed, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public override void SetLength(long value)
    {
        SegmentChain chain = Chain;
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        long length = _length;
        if (value > length)
        {
            chain.Reserve(value);
            chain.Clear(length, value);
        }

        // Before memory goes: what is refused there leaves a stream that is whole.
        _length = value;
        _position = long.Min(_position, value);
        _windowEnd = NoWindow;
        if (value < length)
        {
            chain.Shrink(value);
        }

        MoveTo(_position);
        GC.KeepAlive(this);
    }

    /// <summary>Does nothing: there is nothing behind the stream.</summary>
    public override void Flush()
    {
    }

    /// <summary>Gives the memory back. May be called twice.</summary>
    /// <param name="disposing">True: the stream has no finalizer.</param>
    /// <exception cref="InvalidBlockException">The allocator was reset.</exception>
    protected override void Dispose(bool disposing)
    {
        SegmentChain? chain = Interlocked.Exchange(ref _chain, null);
        if (chain != null)
        {
            _windowEnd = NoWindow;
            DropScratch();
            chain.Return();
        }

        base.Dispose(disposing);
    }

    /// <summary>Sets the position, and the window with it.</summary>
    private void MoveTo(long position)
    {
        _position = position;
        SegmentChain chain = Chain;
        if (position > _length || chain.Count == 0)
        {
            _windowEnd = NoWindow;
            return;
        }

        // Mostly the block is the same, or the next.
        int index = _index;
        if (index >= chain.Count || !IsIn(chain[index], position))
        {
            index = index + 1 < chain.Count && IsIn(chain[index + 1], position) ? index + 1 : chain.Find(position);
        }

        ref readonly ChainBlock block = ref chain[index];
        _index = index;
        _origin = (nint)block.Start - (nint)block.Offset;
        _windowEnd = block.End;
    }

    private static bool IsIn(in ChainBlock block, long position) => position >= block.Offset && position < block.End;

    [MemberNotNull(nameof(_chain))]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_chain == null, this);
}
