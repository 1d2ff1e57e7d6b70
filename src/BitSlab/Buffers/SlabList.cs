using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Buffers;

namespace BitSlab;

/// <summary>
/// A list in one block of native memory that grows with it: <see cref="List{T}"/> for unmanaged elements, which leaves no arrays to the
/// collector. To be disposed; one that is forgotten stays allocated, since spans of it may be in use.
/// </summary>
/// <typeparam name="T">The type of the elements. They stand at its natural alignment.</typeparam>
/// <remarks>
/// <para>As with <see cref="List{T}"/>: several threads may read at once, as long as none changes the list, sorts or disposes it.</para>
/// <para>Spans and references into the list are good until its capacity changes or it is disposed. An enumerator finds out, they do
/// not.</para>
/// <para>Every member but <see cref="Dispose"/> throws <see cref="ObjectDisposedException"/> once the list is disposed; with
/// <see cref="SlabAllocatorOptions.TrackBuffers"/> the exception names the place where the list was made. The allocator is not to be reset
/// or disposed before the list.</para>
/// </remarks>
[DebuggerDisplay("Count = {DebuggerCount}")]
[SuppressMessage("Naming", "CA1710", Justification = "List is what .NET calls it")]
public sealed unsafe partial class SlabList<T> : IList<T>, IReadOnlyList<T>, IDisposable
    where T : unmanaged
{
    // As in List<T>.
    private const int FirstCapacity = 4;

    [SuppressMessage("Usage", "CA2213", Justification = "The allocator is the caller's")]
    private readonly SlabAllocator _allocator;
    private readonly TrackedBuffer? _tracked;

    /// <summary>Null where the capacity is 0.</summary>
    private T* _items;
    private int _capacity;

    /// <summary>0 once the list is disposed, as the capacity: so no fast path asks for that.</summary>
    private int _count;

    /// <summary>Another one after each change, for enumerators.</summary>
    private int _version;

    /// <summary>How many calls are under way that run the caller's code on the elements: as long as one is, the block stays.</summary>
    private int _pins;
    private bool _isDisposed;

    /// <summary>Makes an empty list.</summary>
    /// <param name="capacity">The elements to make room for at once; 0 takes no memory yet.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or so many elements are impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public SlabList(int capacity = 0, SlabAllocator? allocator = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _allocator = BufferBlocks.AllocatorOf(allocator);
        _allocator.ThrowIfDisposed();
        if (capacity != 0)
        {
            _items = (T*)BufferBlocks.Allocate(_allocator, BufferBlocks.BytesOf<T>(capacity), ElementAlignment<T>.Bytes, zeroed: false);
            _capacity = BufferBlocks.CapacityOf<T>(_allocator, _items);
        }

        if (_allocator.Tracker != null)
        {
            _tracked = BufferBlocks.Track(_allocator.Tracker, typeof(SlabList<T>), _capacity, _items);
        }
    }

    /// <summary>The number of elements.</summary>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public int Count
    {
        get
        {
            ThrowIfDisposed();
            return _count;
        }
    }

    /// <summary>
    /// The elements that there is room for. What is set is rounded up to what the block holds, and moves the elements to a block of that
    /// size; 0 frees it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below <see cref="Count"/>.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or so many elements are impossible. The list is as it was.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. The list is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public int Capacity
    {
        get
        {
            ThrowIfDisposed();
            return _capacity;
        }

        set
        {
            ThrowIfDisposed();
            ArgumentOutOfRangeException.ThrowIfLessThan(value, _count);
            if (value != _capacity)
            {
                Reallocate(value);
            }
        }
    }

    bool ICollection<T>.IsReadOnly => false;

    private int DebuggerCount => _count;

    /// <summary>An element, to read or write in place.</summary>
    /// <param name="index">Its index, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative, or not below <see cref="Count"/>.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (unchecked((uint)index >= (uint)_count))
            {
                ThrowNoElement(index);
            }

            return ref _items[(uint)index];
        }
    }

    T IList<T>.this[int index]
    {
        get => this[index];
        set
        {
            this[index] = value;
            Changed();
        }
    }

    T IReadOnlyList<T>.this[int index] => this[index];

    /// <summary>
    /// The elements. The span is good until the capacity changes, or the list is disposed; elements added later are not in it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public Span<T> AsSpan()
    {
        ThrowIfDisposed();
        return MemoryMarshal.CreateSpan(ref *_items, _count);
    }

    /// <summary>Makes room for so many elements, if there is less.</summary>
    /// <param name="capacity">The elements to have room for.</param>
    /// <returns>The capacity, at least that.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or so many elements are impossible. The list is as it was.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. The list is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public int EnsureCapacity(int capacity)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        if (capacity > _capacity)
        {
            Grow(capacity);
        }

        return _capacity;
    }

    /// <summary>
    /// Moves the elements to the smallest block that holds them, where there is a smaller one; without elements frees the memory.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void TrimExcess()
    {
        ThrowIfDisposed();
        if (_count < _capacity)
        {
            Reallocate(_count);
        }
    }

    /// <summary>Frees the memory. Does nothing the second time, and once the allocator is disposed.</summary>
    /// <exception cref="InvalidOperationException">
    /// It is called by code that the list runs: a comparison, or a predicate. Nothing was changed.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The memory went with the allocator's <see cref="SlabAllocator.Reset"/>.</exception>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        ThrowIfPinned();
        T* items = _items;
        _isDisposed = true;
        _items = null;
        _capacity = 0;
        _count = 0;
        if (_tracked != null)
        {
            BufferBlocks.Free(_tracked, _tracked.Version, items);
        }
        else
        {
            BufferBlocks.Free(_allocator, 0, items);
        }
    }

    private void Changed() => _version = unchecked(_version + 1);

    // For more than there is room for.
    private void Grow(int atLeast) => Reallocate(int.Max(atLeast, (int)long.Min(long.Max(FirstCapacity, 2L * _capacity), int.MaxValue)));

    private void GrowBy(int more)
    {
        if (more > int.MaxValue - _count)
        {
            ThrowHelper.ThrowOverflow((nuint)_count + (nuint)more, (nuint)sizeof(T));
        }

        Grow(_count + more);
    }

    // To a capacity that is not below the count, and other than that it has.
    private void Reallocate(int capacity)
    {
        ThrowIfPinned();
        if (capacity == 0)
        {
            T* items = _items;
            _items = null;
            _capacity = 0;
            _allocator.Free(items);
        }
        else
        {
            nuint bytes = BufferBlocks.BytesOf<T>(capacity);
            nuint alignment = ElementAlignment<T>.Bytes;
            _items = (T*)(_items == null ? BufferBlocks.Allocate(_allocator, bytes, alignment, zeroed: false)
                : capacity > _capacity ? BufferBlocks.Resize(_allocator, _items, bytes, alignment)
                : BufferBlocks.Shrink(_allocator, _items, bytes, alignment));
            _capacity = BufferBlocks.CapacityOf<T>(_allocator, _items);
        }

        Changed();
        _tracked?.Resized(_capacity, BufferBlocks.UsableSize(_allocator, _items));
    }

    private void ThrowIfPinned()
    {
        if (_pins != 0)
        {
            throw new InvalidOperationException("The list cannot move or free its memory while it runs a comparison or a predicate.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfDisposed()
    {
        if (_isDisposed)
        {
            ThrowDisposed();
        }
    }

    [DoesNotReturn]
    private void ThrowDisposed()
    {
        _tracked?.ThrowDisposed(TrackedBuffer.Disposed);
        throw new ObjectDisposedException(GetType().ToString());
    }

    [DoesNotReturn]
    private void ThrowNoElement(int index)
    {
        ThrowIfDisposed();
        throw new ArgumentOutOfRangeException(nameof(index), index, FormattableString.Invariant($"The list has {_count} elements."));
    }
}
