using System;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Buffers;

namespace BitSlab;

/// <summary>
/// Native memory for some elements, owned by whoever has this value; to be disposed once, on any thread. A value of a few words: nothing is
/// on the garbage-collected heap, and the default value is an empty buffer.
/// </summary>
/// <typeparam name="T">The elements' type.</typeparam>
/// <remarks>
/// Copies are the same memory: hand a buffer on by <see cref="SlabBuffer.Move{T}"/>, which leaves an empty one behind. When a copy is
/// disposed after the buffer was, the allocator refuses it (<see cref="InvalidBlockException"/>) unless the block was handed out again;
/// with <see cref="SlabAllocatorOptions.TrackBuffers"/> each use after disposal is refused. The memory is aligned to
/// <see cref="SlabAllocatorOptions.MinimumAlignment"/>. One thread at a time.
/// </remarks>
[DebuggerDisplay("{Length} elements")]
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "It owns, it is no value to compare.")]
public unsafe struct SlabBuffer<T> : IDisposable
    where T : unmanaged
{
    // Null without memory.
    private T* _pointer;

    // Null for the shared allocator, whose calls cost least through SlabMemory.
    private SlabAllocator? _allocator;
    private int _length;

    // Not 0 where the allocator tracks its buffers.
    private uint _ticket;

    /// <summary>Allocates a buffer. Its elements are not initialised.</summary>
    /// <param name="length">The elements, at least 0.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator is at its limit.</exception>
    /// <exception cref="OutOfMemoryException">
    /// The operating system refuses the memory, or no allocator could hold that many bytes.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SlabBuffer(int length, SlabAllocator? allocator = null)
    {
        // All branches are in there: a constructor that has some of its own keeps the buffer out of registers, which costs as much as the
        // allocation.
        T* pointer = Allocate(length, allocator);
        uint ticket = Track(length, allocator);
        _pointer = pointer;
        _allocator = allocator;
        _length = length;
        _ticket = ticket;
    }

    /// <summary>The elements.</summary>
    /// <exception cref="ObjectDisposedException">The allocator tracks its buffers, and this one was disposed.</exception>
    public readonly Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ThrowIfEnded();

            // The length was found not to be negative once.
            return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<T>(_pointer), _length);
        }
    }

    /// <summary>The number of elements.</summary>
    public readonly int Length => _length;

    /// <summary>Whether there are no elements: of length 0, disposed, moved away, or the default value.</summary>
    public readonly bool IsEmpty => _length == 0;

    /// <summary>The elements that the block would hold without moving: its size class. 0 without memory.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Span"/>.</exception>
    public readonly int Capacity
    {
        get
        {
            ThrowIfEnded();
            nuint bytes = _allocator == null ? SlabMemory.GetUsableSize(_pointer) : _pointer == null ? 0 : _allocator.GetUsableSize(_pointer);
            return (int)Math.Min(bytes / (uint)sizeof(T), int.MaxValue);
        }
    }

    /// <summary>An element.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">As for <see cref="Span"/>.</exception>
    public readonly ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Span[index];
    }

    /// <summary>Frees the memory, and leaves an empty buffer. That of an empty buffer does nothing.</summary>
    /// <exception cref="InvalidBlockException">A copy was disposed before, as far as the allocator can see. Nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">
    /// The allocator is disposed; or it tracks its buffers, and a copy was disposed before.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        T* pointer = _pointer;
        SlabAllocator? allocator = _allocator;
        uint ticket = _ticket;
        _pointer = null;
        _allocator = null;
        _length = 0;
        _ticket = 0;
        if (ticket != 0)
        {
            allocator!.Tracker!.End(ticket);
        }

        if (pointer == null)
        {
            return;
        }

        if (allocator == null)
        {
            SlabMemory.Free(pointer);
        }
        else
        {
            allocator.Free(pointer);
        }
    }

    internal void Resize(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ThrowIfEnded();
        nuint bytes = BytesOf(length);
        if (length == 0)
        {
            if (_pointer != null)
            {
                Free();
            }
        }
        else
        {
            _pointer = (T*)(_allocator == null ? SlabMemory.Realloc(_pointer, bytes) : _allocator.Realloc(_pointer, bytes));
        }

        _length = length;
        if (_ticket != 0)
        {
            _allocator!.Tracker!.Note(_ticket, length, (long)bytes);
        }
    }

    private void Free()
    {
        void* pointer = _pointer;
        _pointer = null;
        if (_allocator == null)
        {
            SlabMemory.Free(pointer);
        }
        else
        {
            _allocator.Free(pointer);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint BytesOf(int length)
    {
        if (sizeof(nuint) == 4 && (ulong)(uint)length * (uint)sizeof(T) > int.MaxValue)
        {
            ThrowHelper.ThrowOverflow((nuint)length, (nuint)sizeof(T));
        }

        return (nuint)length * (nuint)sizeof(T);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void ThrowIfEnded()
    {
        if (_ticket != 0)
        {
            _allocator!.Tracker!.ThrowIfEnded(_ticket);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* Allocate(int length, SlabAllocator? allocator)
    {
        if (length <= 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            return null;
        }

        return (T*)(allocator == null ? SlabMemory.Alloc(BytesOf(length)) : allocator.Alloc(BytesOf(length)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Track(int length, SlabAllocator? allocator) =>
        allocator == null || allocator.Tracker == null ? 0 : BeginTracking(allocator.Tracker, length);

    // Static, as all that is not inlined: a buffer whose address nobody has can live in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint BeginTracking(BufferTracker tracker, int length) => tracker.Begin(typeof(SlabBuffer<T>), length, (long)BytesOf(length));
}

/// <summary>
/// Makes <see cref="SlabBuffer{T}"/>s, and changes those in a variable: that of a <c>using</c> statement is none to change.
/// </summary>
public static class SlabBuffer
{
    /// <summary>A buffer whose elements are all zero.</summary>
    /// <inheritdoc cref="SlabBuffer{T}.SlabBuffer(int, SlabAllocator?)"/>
    /// <typeparam name="T">The elements' type.</typeparam>
    public static SlabBuffer<T> Zeroed<T>(int length, SlabAllocator? allocator = null)
        where T : unmanaged
    {
        SlabBuffer<T> buffer = new(length, allocator);
        buffer.Span.Clear();
        return buffer;
    }

    /// <summary>A buffer with a copy of some elements.</summary>
    /// <param name="elements">What is copied; may be empty.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <inheritdoc cref="Zeroed"/>
    public static SlabBuffer<T> CopyOf<T>(ReadOnlySpan<T> elements, SlabAllocator? allocator = null)
        where T : unmanaged
    {
        SlabBuffer<T> buffer = new(elements.Length, allocator);
        elements.CopyTo(buffer.Span);
        return buffer;
    }

    /// <summary>
    /// Changes a buffer's length, in place where its size class allows it. Elements that were there stay; new ones are not initialised. At
    /// an exception the buffer is as before.
    /// </summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="buffer">
    /// The buffer, an empty one, too: in the same allocator, which for the default value is <see cref="SlabAllocator.Shared"/>.
    /// </param>
    /// <param name="length">The new length, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="InvalidBlockException">A copy was disposed before, as far as the allocator can see.</exception>
    /// <exception cref="OutOfMemoryException">As for <see cref="SlabBuffer{T}.SlabBuffer(int, SlabAllocator?)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed; or it tracks its buffers, and this one was disposed.</exception>
    public static void Resize<T>(ref this SlabBuffer<T> buffer, int length)
        where T : unmanaged => buffer.Resize(length);

    /// <summary>Takes a buffer out of a variable, which is left empty: what is returned owns the memory now.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="buffer">The buffer.</param>
    public static SlabBuffer<T> Move<T>(ref this SlabBuffer<T> buffer)
        where T : unmanaged
    {
        SlabBuffer<T> moved = buffer;
        buffer = default;
        return moved;
    }
}
