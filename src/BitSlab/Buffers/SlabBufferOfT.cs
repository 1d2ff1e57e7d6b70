using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Buffers;

namespace BitSlab;

/// <summary>
/// Elements in one block of native memory, owned by the variable that holds the buffer: to be disposed once, on any thread. A buffer
/// allocates nothing on the garbage-collected heap, and is not noticed by the collector: what is forgotten stays allocated.
/// </summary>
/// <typeparam name="T">The type of the elements. They stand at its natural alignment.</typeparam>
/// <remarks>
/// <para>Hand ownership over with <see cref="Move"/>; a plain copy is a second handle to the same memory. A variable that was disposed
/// knows it: its use throws <see cref="ObjectDisposedException"/>, and its second disposal does nothing. Disposal of a copy whose memory is
/// free already throws <see cref="ObjectDisposedException"/>, unless the address was handed out again before, which cannot be
/// seen; other use of such a copy goes unnoticed. With <see cref="SlabAllocatorOptions.TrackBuffers"/> all of these are found
/// exactly.</para>
/// <para>Spans and references that were taken before stay what they are: do not touch them after <see cref="Resize"/>, after the disposal
/// of the buffer, or after <see cref="SlabAllocator.Reset"/> or disposal of its allocator.</para>
/// <para>Keep a buffer in a local or in a field that is not <c>readonly</c>: of a readonly one each call gets a copy.</para>
/// <para>One variable may not be used by several threads at once while one of them resizes, moves or disposes it. The default value is an
/// empty buffer of <see cref="SlabAllocator.Shared"/>.</para>
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public unsafe struct SlabBuffer<T> : IDisposable
    where T : unmanaged
{
    // Four fields: as many as the JIT keeps in registers.

    /// <summary>Null where the length is 0.</summary>
    private T* _block;
    private int _length;

    /// <summary>0, or what <see cref="TrackedBuffer"/> says of it: the one reason for a look behind the fast paths.</summary>
    private int _version;

    /// <summary>The allocator; null for the shared one. The <see cref="TrackedBuffer"/> where there is one.</summary>
    private object? _owner;

    /// <summary>Allocates a buffer. Its elements are not initialised; see <see cref="SlabBuffer.Zeroed"/>.</summary>
    /// <param name="length">The number of elements; 0 gives an empty buffer, which holds no memory.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or so many elements are impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SlabBuffer(int length, SlabAllocator? allocator = null)
        : this(length, allocator, typeof(SlabBuffer<T>))
    {
    }

    /// <summary>The same for what its user knows as another type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SlabBuffer(int length, SlabAllocator? allocator, Type type)
    {
        // A negative length becomes a size that no class serves, and 0 becomes the largest number: both leave the fast path.
        nuint last = unchecked(((nuint)(uint)length * (nuint)sizeof(T)) - 1);
        void* block = BufferBlocks.Take(allocator, last, ElementAlignment<T>.AtMost);
        if (block != null)
        {
            _block = (T*)block;
            _length = length;
            _version = 0;
            _owner = allocator;
            GC.KeepAlive(allocator);
        }
        else
        {
            this = Allocate(length, allocator, zeroed: false, type);
        }
    }

    private SlabBuffer(T* block, int length, int version, object? owner)
    {
        _block = block;
        _length = length;
        _version = version;
        _owner = owner;
    }

    /// <summary>The number of elements.</summary>
    public readonly int Length => _length;

    /// <summary>Whether there are no elements: so is the default value, and a variable whose buffer was moved or disposed.</summary>
    public readonly bool IsEmpty => _length == 0;

    /// <summary>
    /// The elements that the block has room for, at least <see cref="Length"/>: up to there <see cref="Resize"/> stays in place. Looked up
    /// on each call.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public readonly int Capacity
    {
        get
        {
            if (_version != 0)
            {
                BufferBlocks.Require(_owner, _version);
            }

            return _block == null ? 0 : BufferBlocks.CapacityOf<T>(BufferBlocks.AllocatorOf(_owner), _block);
        }
    }

    /// <summary>The elements.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public readonly Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_version != 0)
            {
                BufferBlocks.Require(_owner, _version);
            }

            return MemoryMarshal.CreateSpan(ref *_block, _length);
        }
    }

    private readonly string DebuggerText => _version < 0 ? "(disposed)" : $"{typeof(T).Name}[{_length}]";

    /// <summary>An element, to read or write in place.</summary>
    /// <param name="index">Its index, from 0.</param>
    /// <exception cref="IndexOutOfRangeException"><paramref name="index"/> is negative, or not below <see cref="Length"/>.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public readonly ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_version != 0)
            {
                BufferBlocks.Require(_owner, _version);
            }

            if (unchecked((uint)index >= (uint)_length))
            {
                ThrowHelper.ThrowIndexOutOfRange();
            }

            return ref _block[(uint)index];
        }
    }

    /// <summary>
    /// Gives the buffer another length. Elements up to the smaller length stay, in place where the block fits, in a new one otherwise;
    /// elements beyond are not initialised. When it fails the buffer is as it was. Copies of the buffer are not to be used any more.
    /// </summary>
    /// <param name="length">The new number of elements; 0 frees the memory.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or so many elements are impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed, or the allocator.</exception>
    public void Resize(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        TrackedBuffer? tracked = _version == 0 ? null : BufferBlocks.Claim(_owner, ref _version);
        SlabAllocator allocator = BufferBlocks.AllocatorOf(_owner);
        if (length == 0)
        {
            if (_block != null)
            {
                BufferBlocks.Free(_owner, _version, _block);
                this = new SlabBuffer<T>(null, 0, 0, tracked != null ? allocator : _owner);
            }
        }
        else if (_block == null)
        {
            this = Allocate(length, allocator, zeroed: false, typeof(SlabBuffer<T>));
        }
        else
        {
            nuint bytes = BufferBlocks.BytesOf<T>(length);
            _block = (T*)BufferBlocks.Resize(allocator, _block, bytes, ElementAlignment<T>.Bytes);
            _length = length;
            tracked?.Resized(length, BufferBlocks.UsableSize(allocator, _block));
        }
    }

    /// <summary>
    /// Hands the buffer over: the value returned owns it, and this variable is left as an empty buffer of the same allocator, also inside
    /// <c>using</c>.
    /// </summary>
    /// <returns>The buffer, to be disposed by who takes it.</returns>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public SlabBuffer<T> Move()
    {
        object? owner = _owner;
        if (_version != 0)
        {
            BufferBlocks.Claim(owner, ref _version);
            owner = BufferBlocks.AllocatorOf(owner);
        }

        SlabBuffer<T> moved = this;
        this = new SlabBuffer<T>(null, 0, 0, owner);
        return moved;
    }

    /// <summary>
    /// Frees the memory. Does nothing for an empty buffer, for a variable that was disposed, and once the allocator is disposed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">
    /// The memory is free already: a copy of this buffer was disposed, or the allocator was reset. Nothing was changed.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        T* block = _block;
        if (block == null)
        {
            return;
        }

        object? owner = _owner;
        if (_version != 0 || !BufferBlocks.TryFree(owner, block))
        {
            BufferBlocks.Free(owner, _version, block);
        }

        _block = null;
        _length = 0;
        _version = TrackedBuffer.Disposed;
    }

    // Out of line: sizes above those of the fast path, an alignment above the allocator's, the first block of a thread, tracked buffers,
    // and errors.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static SlabBuffer<T> Allocate(int length, SlabAllocator? allocator, bool zeroed, Type type)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        SlabAllocator source = BufferBlocks.AllocatorOf(allocator);
        if (length == 0)
        {
            source.ThrowIfDisposed();
            return new SlabBuffer<T>(null, 0, 0, allocator);
        }

        void* block = BufferBlocks.Allocate(source, BufferBlocks.BytesOf<T>(length), ElementAlignment<T>.Bytes, zeroed);
        if (source.Tracker == null)
        {
            return new SlabBuffer<T>((T*)block, length, 0, allocator);
        }

        TrackedBuffer tracked = BufferBlocks.Track(source.Tracker, type, length, block);
        return new SlabBuffer<T>((T*)block, length, tracked.Version, tracked);
    }
}
