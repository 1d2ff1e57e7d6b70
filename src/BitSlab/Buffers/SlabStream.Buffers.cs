using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using BitSlab.Buffers;

namespace BitSlab;

/// <content>The content as memory, and the stream as a buffer writer.</content>
public sealed unsafe partial class SlabStream
{
    // What a buffer writer's user writes to where content stands at the position, or none stands before it: it counts when the user advances, not before.
    private SegmentChain? _scratch;

    /// <summary>The content as a sequence of segments. See the class for how long it is good.</summary>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public ReadOnlySequence<byte> GetReadOnlySequence() => Chain.Sequence(_length);

    /// <summary>
    /// The content side by side: exactly as long as the stream, not as its capacity. Content in several segments is copied into one first. Writing to it changes the stream.
    /// See the class for how long it is good. A <c>byte[]</c>, as other streams have it, native memory cannot give: see <see cref="ToArray"/>.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The content is longer than a memory can be, 2 GiB - 1, or there is no memory to put it side by side.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. Nothing was changed, as in all cases.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public Memory<byte> GetBuffer()
    {
        if (!TryGetBuffer(out Memory<byte> buffer))
        {
            ThrowHelper.ThrowTooLargeForArray(_length);
        }

        return buffer;
    }

    /// <summary>As <see cref="GetBuffer"/>, but for content that is longer than a memory can be.</summary>
    /// <param name="buffer">The content; empty when false is returned.</param>
    /// <returns>False for content that is longer than 2 GiB - 1.</returns>
    /// <exception cref="OutOfMemoryException">There is no memory to put the content side by side. Nothing was changed, as in the next case.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public bool TryGetBuffer(out Memory<byte> buffer)
    {
        SegmentChain chain = Chain;
        buffer = default;
        if (_length > int.MaxValue)
        {
            return false;
        }

        if (_length != 0)
        {
            if (chain[0].Length < _length)
            {
                chain.MakeContiguous((int)_length);
                MoveTo(_position);
            }

            buffer = chain.SegmentOf(0).Block.Slice(0, (int)_length);
        }

        return true;
    }

    /// <summary>Copies the whole content into an array, wherever the position is.</summary>
    /// <exception cref="OutOfMemoryException">The content is longer than an array can be, or there is no memory for it.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public byte[] ToArray()
    {
        byte[] bytes = Chain.ToArray(_length);
        GC.KeepAlive(this);
        return bytes;
    }

    /// <summary>
    /// Memory to write to, uninitialised. After <see cref="Advance"/> it is in the stream, at the position, which moves along. At the stream's end it is the stream's own memory; elsewhere
    /// it is copied then.
    /// </summary>
    /// <param name="sizeHint">The bytes that are needed, side by side; 0 for any number but none.</param>
    /// <returns>At least so many bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sizeHint"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. The content is as it was, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        long room = _windowEnd - _position;
        if (_scratch != null || _position != _length || room <= 0 || sizeHint > room || sizeHint < 0)
        {
            room = MakeRoom(sizeHint);
            if (_scratch != null)
            {
                return new Span<byte>(_scratch[0].Start, (int)room);
            }
        }

        return new Span<byte>((byte*)(_origin + (nint)_position), (int)room);
    }

    /// <inheritdoc cref="GetSpan"/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        long room = _windowEnd - _position;
        if (_scratch != null || _position != _length || room <= 0 || sizeHint > room || sizeHint < 0)
        {
            room = MakeRoom(sizeHint);
            if (_scratch != null)
            {
                return _scratch.SegmentOf(0).Block.Slice(0, (int)room);
            }
        }

        SegmentChain chain = Chain;
        return chain.SegmentOf(_index).Block.Slice((int)(_position - chain[_index].Offset), (int)room);
    }

    /// <summary>Counts bytes as written: the first ones of what <see cref="GetSpan"/> or <see cref="GetMemory"/> gave last.</summary>
    /// <param name="count">The bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">There are not so many. Nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    /// <exception cref="SlabMemoryLimitException">Not at the stream's end: the allocator's limit is reached. Nothing was changed, as in the next case.</exception>
    /// <exception cref="OutOfMemoryException">Not at the stream's end: the operating system refuses the memory.</exception>
    public void Advance(int count)
    {
        if (_scratch != null || _position != _length || unchecked((uint)(count - 1)) >= _windowEnd - _position)
        {
            AdvanceSlow(count);
            return;
        }

        _position += count;
        _length = _position;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int MakeRoom(int sizeHint)
    {
        SegmentChain chain = Chain;
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        DropScratch();
        int bytes = int.Max(sizeHint, 1);
        if (_position != _length)
        {
            _scratch = SegmentChain.Rent(_options);
            _scratch.Append(bytes);
            return _scratch[0].Size;
        }

        _windowEnd = NoWindow;
        try
        {
            chain.MakeRoom(_length, bytes);
        }
        finally
        {
            // Where there was none, too, the memory may have changed.
            MoveTo(_length);
        }

        return (int)(_windowEnd - _position);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AdvanceSlow(int count)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long room = _scratch is { Count: > 0 } ? _scratch[0].Size
            : _position == _length ? long.Max(0, _windowEnd - _position)
            : 0;
        if (count > room)
        {
            ThrowHelper.ThrowAdvancedTooFar(count, room);
        }

        if (count != 0)
        {
            Write(new ReadOnlySpan<byte>(_scratch![0].Start, count));
            DropScratch();
        }
    }

    private void DropScratch()
    {
        SegmentChain? scratch = _scratch;
        _scratch = null;
        scratch?.Return();
    }
}
