using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading;
using BitSlab.Buffers;

namespace BitSlab;

/// <summary>
/// A buffer that grows in native memory, segment by segment, without moving what was written: for serialisers, and for whatever writes to
/// an <see cref="IBufferWriter{T}"/>. <see cref="Clear"/> makes it ready for the next message. In steady state nothing of it is on the
/// garbage-collected heap.
/// </summary>
/// <remarks>
/// <para>Not for several threads at once; from one thread to the next it may go, also across an await.</para>
/// <para>Memory and sequences stay what they are while more is written. After <see cref="Clear"/> and <see cref="Dispose"/> they throw
/// <see cref="ObjectDisposedException"/> instead of showing memory that has gone, with two limits: a span that was taken before is not
/// checked, and the objects behind memory are used again, the earliest after 1,024 others of the process were given back.</para>
/// <para>A writer that was forgotten frees its memory when it is collected; a span alone does not hold it.</para>
/// </remarks>
public sealed unsafe partial class SlabBufferWriter : IBufferWriter<byte>, IDisposable
{
    private readonly SlabSegmentOptions _options;
    private SegmentChain? _chain;

    // The block that is written to. Without one, and after disposal, there is no room: the fast paths leave.
    private byte* _block;
    private int _size;
    private int _used;
    private long _before;

#pragma warning disable CA2213 // the chain's
    private BlockMemory? _memory;
#pragma warning restore CA2213

    // What Clear has learned: as much as was written, in one segment.
    private int _firstSize;

    /// <summary>Makes a writer on <see cref="SlabAllocator.Shared"/>. It takes memory when something is written.</summary>
    public SlabBufferWriter()
        : this(SlabSegmentOptions.Default)
    {
    }

    /// <summary>Makes a writer.</summary>
    /// <param name="options">Where the memory comes from, and in which segments.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A property of the options is out of its range.</exception>
    public SlabBufferWriter(SlabSegmentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _options.Validate();
        _chain = SegmentChain.Rent(_options);
    }

    /// <summary>Makes a writer on an allocator, with segments as in <see cref="SlabSegmentOptions.Default"/>.</summary>
    /// <param name="allocator">The allocator, which is not to be reset or disposed before the writer.</param>
    /// <exception cref="ArgumentNullException"><paramref name="allocator"/> is null.</exception>
    public SlabBufferWriter(SlabAllocator allocator)
        : this(SlabSegmentOptions.For(allocator))
    {
    }

    /// <summary>The bytes that were written.</summary>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public long WrittenCount
    {
        get
        {
            ObjectDisposedException.ThrowIf(_chain == null, this);
            return _before + _used;
        }
    }

    /// <summary>The bytes of memory that the writer holds.</summary>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public long Capacity => Chain.Capacity;

    private SegmentChain Chain
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ObjectDisposedException.ThrowIf(_chain == null, this);
            return _chain;
        }
    }

    /// <summary>Memory to write to, uninitialised. What was written counts after <see cref="Advance"/>.</summary>
    /// <param name="sizeHint">The bytes that are needed, side by side; 0 for any number but none.</param>
    /// <returns>At least so many bytes: all that the segment has left.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sizeHint"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    /// <exception cref="SlabMemoryLimitException">
    /// The allocator's limit is reached. What was written is still there, as in the next case.
    /// </exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        int room = _size - _used;
        if (room == 0 || unchecked((uint)sizeHint > (uint)room))
        {
            room = MakeRoom(sizeHint);
        }

        return new Span<byte>(_block + _used, room);
    }

    /// <inheritdoc cref="GetSpan"/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int room = _size - _used;
        if (room == 0 || unchecked((uint)sizeHint > (uint)room))
        {
            room = MakeRoom(sizeHint);
        }

        BlockMemory memory = _memory ?? ShowBlock();
        return memory.Slice(_used, room);
    }

    /// <summary>Counts bytes as written: the first ones of what <see cref="GetSpan"/> or <see cref="GetMemory"/> gave last.</summary>
    /// <param name="count">The bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">There are not so many. Nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int count)
    {
        // 0 leaves too, to be refused by a disposed writer.
        if (unchecked((uint)(count - 1)) >= (uint)(_size - _used))
        {
            AdvanceByNothing(count);
        }

        _used += count;
    }

    /// <summary>Writes bytes, over the borders of segments.</summary>
    /// <param name="bytes">The bytes; may be empty.</param>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. Nothing was written, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> bytes)
    {
        int used = _used;
        if (unchecked((uint)(bytes.Length - 1)) < (uint)(_size - used))
        {
            bytes.CopyTo(new Span<byte>(_block + used, bytes.Length));
            _used = used + bytes.Length;
            GC.KeepAlive(this);
        }
        else
        {
            WriteSlow(bytes);
        }
    }

    /// <summary>
    /// Forgets what was written; the writer is as new. It keeps one segment, or takes one the next time, as large as what was written, up to
    /// <see cref="SlabSegmentOptions.KeptBytes"/>; all other memory goes back. Memory and sequences of before throw from now on.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    /// <exception cref="InvalidBlockException">The allocator was reset.</exception>
    public void Clear()
    {
        SegmentChain chain = Chain;
        if (chain.Count == 0)
        {
            return;
        }

        long written = _before + _used;
        _firstSize = (int)long.Min(_options.KeptBytes, long.Max(_firstSize, written));
        ForgetBlock();
        int kept = -1;
        for (int i = 0; i < chain.Count; i++)
        {
            int size = chain[i].Size;
            if (size >= _firstSize && size <= _options.KeptBytes)
            {
                kept = i;
            }
        }

        if (kept < 0)
        {
            chain.Truncate(0);
        }
        else
        {
            chain.Keep(kept);
            Enter(0, 0);
        }
    }

    /// <summary>Gives the memory back. May be called twice.</summary>
    /// <exception cref="InvalidBlockException">The allocator was reset.</exception>
    public void Dispose()
    {
        SegmentChain? chain = Interlocked.Exchange(ref _chain, null);
        if (chain != null)
        {
            ForgetBlock();
            chain.Return();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int MakeRoom(int sizeHint)
    {
        SegmentChain chain = Chain;
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int bytes = int.Max(sizeHint, 1);
        long end = _before + _used;
        if (chain.Count == 0)
        {
            chain.Append(int.Max(bytes, _firstSize));
        }
        else
        {
            if (_used == 0)
            {
                // It is too small, and goes.
                ForgetBlock();
                _before = end;
            }

            chain.MakeRoom(end, bytes);
        }

        Enter(chain.Count - 1, 0);
        return _size;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BlockMemory ShowBlock() => _memory = Chain.MemoryOf(Chain.Count - 1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AdvanceByNothing(int count)
    {
        ObjectDisposedException.ThrowIf(_chain == null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count != 0)
        {
            ThrowHelper.ThrowAdvancedTooFar(count, _size - _used);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteSlow(ReadOnlySpan<byte> bytes)
    {
        SegmentChain chain = Chain;
        if (bytes.IsEmpty)
        {
            return;
        }

        long end = _before + _used;
        if (chain.Count == 0)
        {
            chain.Append(int.Max(int.Min(bytes.Length, _options.LargestSegmentSize), _firstSize));
        }

        chain.Reserve(end + bytes.Length);
        chain.CopyFrom(end, bytes);
        end += bytes.Length;
        int last = chain.Count - 1;
        Enter(last, (int)(end - chain[last].Offset));
        GC.KeepAlive(this);
    }

    private void Enter(int index, int used)
    {
        ref readonly ChainBlock block = ref Chain[index];
        _block = block.Start;
        _size = block.Length;
        _used = used;
        _before = block.Offset;
        _memory = null;
    }

    private void ForgetBlock()
    {
        _block = null;
        _size = 0;
        _used = 0;
        _before = 0;
        _memory = null;
    }
}
