using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace BitSlab;

/// <summary>
/// A growing list of elements in native memory, as <see cref="List{T}"/> is on the garbage-collected heap; to be disposed. Not safe on
/// several threads at once.
/// </summary>
/// <typeparam name="T">The elements' type.</typeparam>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "Named as List<T> is.")]
public sealed class SlabList<T> : IReadOnlyList<T>, ICollection<T>, IDisposable
    where T : unmanaged
{
    // What List<T> begins with.
    private const int LeastCapacity = 4;

    private readonly SlabAllocator? _allocator;

    // Its length is what the list has room for.
    private SlabBuffer<T> _buffer;
    private int _count;
    private int _version;
    private bool _isDisposed;

    /// <summary>Makes an empty list.</summary>
    /// <param name="capacity">For how many elements there is memory at once, at least 0.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public SlabList(int capacity = 0, SlabAllocator? allocator = null)
    {
        _allocator = allocator;
        _buffer = new SlabBuffer<T>(capacity, allocator);
    }

    /// <summary>The number of elements.</summary>
    /// <exception cref="ObjectDisposedException">The list is disposed. So it is for all that follows.</exception>
    public int Count
    {
        get
        {
            ThrowIfDisposed();
            return _count;
        }
    }

    /// <summary>For how many elements there is memory. What is set is what is allocated: the memory moves, elements stay.</summary>
    /// <exception cref="ArgumentOutOfRangeException">What is set is less than <see cref="Count"/>.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit. The list is as before.</exception>
    public int Capacity
    {
        get
        {
            ThrowIfDisposed();
            return _buffer.Length;
        }

        set
        {
            ThrowIfDisposed();
            ArgumentOutOfRangeException.ThrowIfLessThan(value, _count);
            if (value != _buffer.Length)
            {
                Resize(value);
            }
        }
    }

    bool ICollection<T>.IsReadOnly => false;

    T IReadOnlyList<T>.this[int index] => this[index];

    /// <summary>An element, in its place: until the list grows or is disposed.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ThrowIfDisposed();
            if (unchecked((uint)index) >= (uint)_count)
            {
                ThrowHelper.ThrowIndexOutOfRange(index, _count);
            }

            return ref _buffer.Span[index];
        }
    }

    /// <summary>The elements as a span: until the list grows or is disposed.</summary>
    public Span<T> AsSpan()
    {
        ThrowIfDisposed();
        return _buffer.Span[.._count];
    }

    /// <summary>Puts an element at the end.</summary>
    /// <param name="item">The element.</param>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit. The list is as before.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        ThrowIfDisposed();
        if (_count == _buffer.Length)
        {
            Grow(_count + 1L);
        }

        _buffer.Span[_count++] = item;
        _version++;
    }

    /// <summary>Puts elements at the end.</summary>
    /// <param name="items">The elements; may be some of the list's own.</param>
    /// <inheritdoc cref="Add"/>
    public void AddRange(ReadOnlySpan<T> items) => InsertRange(Count, items);

    /// <summary>Puts an element before another.</summary>
    /// <param name="index">Where it will be, 0 to <see cref="Count"/>.</param>
    /// <param name="item">The element.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    /// <inheritdoc cref="Add"/>
    public void Insert(int index, T item) => InsertRange(index, new ReadOnlySpan<T>(in item));

    /// <summary>Puts elements before another.</summary>
    /// <param name="index">Where the first will be, 0 to <see cref="Count"/>.</param>
    /// <param name="items">The elements; may be some of the list's own.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    /// <inheritdoc cref="Add"/>
    public void InsertRange(int index, ReadOnlySpan<T> items)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unchecked((uint)index), (uint)_count, nameof(index));
        if (items.IsEmpty)
        {
            return;
        }

        // The list's own elements move with it.
        int own = items.Overlaps(_buffer.Span, out int offset) ? -offset : -1;
        if (items.Length > _buffer.Length - _count)
        {
            Grow((long)_count + items.Length);
        }

        Span<T> all = _buffer.Span;
        all[index.._count].CopyTo(all[(index + items.Length)..]);
        Span<T> gap = all.Slice(index, items.Length);
        if (own < 0)
        {
            items.CopyTo(gap);
        }
        else
        {
            // Those before the gap are where they were, the others behind it.
            int before = Math.Clamp(index - own, 0, items.Length);
            all.Slice(own, before).CopyTo(gap);
            all.Slice(own + before + items.Length, items.Length - before).CopyTo(gap[before..]);
        }

        _count += items.Length;
        _version++;
    }

    /// <summary>Takes an element out. The memory stays the list's.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public void RemoveAt(int index)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(unchecked((uint)index), (uint)_count, nameof(index));
        RemoveRange(index, 1);
    }

    /// <summary>Takes elements out. The memory stays the list's.</summary>
    /// <param name="index">The first, from 0.</param>
    /// <param name="count">How many, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    /// <exception cref="ArgumentException">There are not so many.</exception>
    public void RemoveRange(int index, int count)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > _count - index)
        {
            throw new ArgumentException($"There are {_count} elements, not {count} from {index} on.");
        }

        Span<T> all = _buffer.Span;
        all[(index + count).._count].CopyTo(all[index..]);
        _count -= count;
        _version++;
    }

    /// <summary>Takes the first element out that is equal to this one; false when there is none.</summary>
    /// <param name="item">The element.</param>
    public bool Remove(T item)
    {
        int index = IndexOf(item);
        if (index >= 0)
        {
            RemoveAt(index);
        }

        return index >= 0;
    }

    /// <summary>Takes all elements out that fit.</summary>
    /// <param name="match">Whether an element fits. What it throws comes out of the call, and nothing was taken out.</param>
    /// <returns>How many were taken out.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="match"/> is null.</exception>
    public int RemoveAll(Predicate<T> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        using SlabBuffer<bool> fits = new(Count, _allocator);
        for (int i = 0; i < _count && i < fits.Length; i++)
        {
            fits[i] = match(this[i]);
        }

        int kept = 0;
        Span<T> all = AsSpan();
        for (int i = 0; i < all.Length; i++)
        {
            if (i >= fits.Length || !fits[i])
            {
                all[kept++] = all[i];
            }
        }

        int removed = _count - kept;
        _count = kept;
        _version++;
        return removed;
    }

    /// <summary>Takes all elements out. The memory stays the list's: see <see cref="TrimExcess"/>.</summary>
    public void Clear()
    {
        ThrowIfDisposed();
        _count = 0;
        _version++;
    }

    /// <summary>Gives back the memory beyond what the elements need.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory to move the elements to. The list is as before.</exception>
    public void TrimExcess() => Capacity = Count;

    /// <summary>Sees to it that there is memory for so many elements.</summary>
    /// <param name="capacity">How many, at least 0.</param>
    /// <returns>For how many there is memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    /// <inheritdoc cref="Add"/>
    public int EnsureCapacity(int capacity)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        if (capacity > _buffer.Length)
        {
            Grow(capacity);
        }

        return _buffer.Length;
    }

    /// <summary>The place of the first element that is equal to this one; -1 when there is none.</summary>
    /// <param name="item">The element.</param>
    public int IndexOf(T item)
    {
        Span<T> all = AsSpan();
        for (int i = 0; i < all.Length; i++)
        {
            if (EqualityComparer<T>.Default.Equals(all[i], item))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether an element is equal to this one.</summary>
    /// <param name="item">The element.</param>
    public bool Contains(T item) => IndexOf(item) >= 0;

    /// <summary>Sorts the elements.</summary>
    /// <param name="comparer">Which is before which; null for their own order.</param>
    /// <exception cref="InvalidOperationException">The elements have no order, or the comparer failed.</exception>
    public void Sort(IComparer<T>? comparer = null)
    {
        AsSpan().Sort(comparer);
        _version++;
    }

    /// <summary>Copies the elements.</summary>
    /// <param name="destination">Where to.</param>
    /// <exception cref="ArgumentException">It is too short. Nothing was copied.</exception>
    public void CopyTo(Span<T> destination) => AsSpan().CopyTo(destination);

    /// <inheritdoc cref="CopyTo(Span{T})"/>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first element's place there.</param>
    public void CopyTo(T[] array, int arrayIndex) => CopyTo(array.AsSpan(arrayIndex));

    /// <summary>The elements in an array.</summary>
    public T[] ToArray() => AsSpan().ToArray();

    /// <summary>Frees the memory. May be called twice.</summary>
    /// <exception cref="ObjectDisposedException">The list's allocator was disposed before.</exception>
    public void Dispose()
    {
        _isDisposed = true;
        _count = 0;
        _buffer.Dispose();
    }

    /// <summary>The elements, one after another; without an object where the list itself is gone through.</summary>
    public Enumerator GetEnumerator()
    {
        ThrowIfDisposed();
        return new Enumerator(this);
    }

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Twice as much as before, and what the size class of that holds: the rest of its block would be lost.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(long needed)
    {
        if (needed > int.MaxValue)
        {
            ThrowHelper.ThrowListTooLong(needed);
        }

        Resize((int)Math.Min(Math.Max(Math.Max(needed, 2L * _buffer.Length), LeastCapacity), int.MaxValue));
        _buffer.Resize(Math.Max(_buffer.Length, _buffer.Capacity));
    }

    private void Resize(int capacity)
    {
        if (_buffer.IsEmpty)
        {
            SlabBuffer<T> buffer = new(capacity, _allocator);
            _buffer.Dispose();
            _buffer = buffer;
        }
        else
        {
            _buffer.Resize(capacity);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfDisposed()
    {
        if (_isDisposed)
        {
            ThrowHelper.ThrowListDisposed();
        }
    }

    /// <summary>Goes through a list.</summary>
    public struct Enumerator : IEnumerator<T>
    {
        private readonly SlabList<T> _list;
        private readonly int _version;
        private int _next;

        internal Enumerator(SlabList<T> list)
        {
            _list = list;
            _version = list._version;
        }

        /// <summary>The element that was reached.</summary>
        public T Current { get; private set; }

        readonly object IEnumerator.Current => Current;

        /// <summary>Goes on; false behind the last element.</summary>
        /// <exception cref="InvalidOperationException">The list was changed.</exception>
        /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
        public bool MoveNext()
        {
            ThrowIfChanged();
            bool isThere = _next < _list.Count;
            Current = isThere ? _list._buffer.Span[_next] : default;
            _next += isThere ? 1 : 0;
            return isThere;
        }

        /// <summary>Goes back before the first element.</summary>
        /// <exception cref="InvalidOperationException">The list was changed.</exception>
        public void Reset()
        {
            ThrowIfChanged();
            _next = 0;
            Current = default;
        }

        /// <summary>Does nothing.</summary>
        public readonly void Dispose()
        {
        }

        private readonly void ThrowIfChanged()
        {
            _list.ThrowIfDisposed();
            if (_version != _list._version)
            {
                ThrowHelper.ThrowListChanged();
            }
        }
    }
}
