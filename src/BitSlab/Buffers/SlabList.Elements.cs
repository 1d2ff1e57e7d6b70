using System;
using System.Runtime.CompilerServices;

namespace BitSlab;

/// <content>Elements come and go.</content>
public sealed unsafe partial class SlabList<T>
{
    /// <summary>Adds an element at the end.</summary>
    /// <param name="item">The element.</param>
    /// <exception cref="OutOfMemoryException">Memory is exhausted. The list is as it was.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. The list is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        int count = _count;
        if (count >= _capacity)
        {
            GrowByOne();
        }

        _items[(uint)count] = item;
        _count = count + 1;
        Changed();
    }

    /// <summary>Adds elements at the end, also elements of this list itself.</summary>
    /// <param name="items">The elements.</param>
    /// <exception cref="OutOfMemoryException">Memory is exhausted. The list is as it was.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. The list is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void AddRange(params ReadOnlySpan<T> items) => InsertRange(_count, items);

    /// <summary>Inserts an element; those from there on move up.</summary>
    /// <param name="index">Where, from 0 to <see cref="Count"/>.</param>
    /// <param name="item">The element.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative, or above <see cref="Count"/>.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted. The list is as it was.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. The list is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void Insert(int index, T item) => InsertRange(index, new ReadOnlySpan<T>(in item));

    /// <summary>Inserts elements, also of this list itself, as they are before; those from there on move up.</summary>
    /// <param name="index">Where, from 0 to <see cref="Count"/>.</param>
    /// <param name="items">The elements.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative, or above <see cref="Count"/>.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted. The list is as it was.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached. The list is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void InsertRange(int index, ReadOnlySpan<T> items)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, _count);
        if (items.IsEmpty)
        {
            return;
        }

        // They would move, or go with the block, before they are copied. With room at the end they stay where they are.
        bool hasRoom = items.Length <= _capacity - _count;
        if (!(hasRoom && index == _count) && items.Overlaps(new ReadOnlySpan<T>(_items, _capacity)))
        {
            using SlabBuffer<T> copy = SlabBuffer.CopyOf(items, _allocator);
            InsertOthers(index, copy.Span, hasRoom);
        }
        else
        {
            InsertOthers(index, items, hasRoom);
        }
    }

    /// <summary>Removes an element; those behind it move down.</summary>
    /// <param name="index">Its index.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative, or not below <see cref="Count"/>.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void RemoveAt(int index)
    {
        if (unchecked((uint)index >= (uint)_count))
        {
            ThrowNoElement(index);
        }

        RemoveRange(index, 1);
    }

    /// <summary>Removes elements; those behind them move down.</summary>
    /// <param name="index">The index of the first.</param>
    /// <param name="count">How many; 0 does nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> or <paramref name="count"/> is negative.</exception>
    /// <exception cref="ArgumentException">The list has fewer elements from there on.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void RemoveRange(int index, int count)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > _count - index)
        {
            throw new ArgumentException(FormattableString.Invariant($"The list has {_count} elements: not {count} from {index} on."));
        }

        if (count != 0)
        {
            AsSpan()[(index + count)..].CopyTo(AsSpan()[index..]);
            _count -= count;
            Changed();
        }
    }

    /// <summary>Removes the first element that equals a value.</summary>
    /// <param name="item">The value.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public bool Remove(T item)
    {
        int index = IndexOf(item);
        if (index < 0)
        {
            return false;
        }

        RemoveAt(index);
        return true;
    }

    /// <summary>Removes the elements that a predicate is true of; the others keep their order.</summary>
    /// <param name="match">
    /// The predicate. It must not change the list. When it throws, the list keeps its count, but some elements may have been overwritten by
    /// others.
    /// </param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="match"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The predicate changed the list.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public int RemoveAll(Predicate<T> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        ThrowIfDisposed();
        int version = _version;
        int kept = 0;
        _pins++;
        try
        {
            for (int i = 0; i < _count; i++)
            {
                T item = _items[(uint)i];
                bool isMatch = match(item);
                if (version != _version)
                {
                    ThrowChanged();
                }

                if (!isMatch)
                {
                    _items[(uint)kept++] = item;
                }
            }
        }
        finally
        {
            _pins--;
        }

        int removed = _count - kept;
        if (removed != 0)
        {
            _count = kept;
            Changed();
        }

        return removed;
    }

    /// <summary>Removes all elements. The memory stays for others.</summary>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void Clear()
    {
        ThrowIfDisposed();
        _count = 0;
        Changed();
    }

    private void InsertOthers(int index, ReadOnlySpan<T> items, bool hasRoom)
    {
        if (!hasRoom)
        {
            GrowBy(items.Length);
        }

        Span<T> rest = new(_items + (uint)index, _capacity - index);
        rest[..(_count - index)].CopyTo(rest[items.Length..]);
        items.CopyTo(rest);
        _count += items.Length;
        Changed();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GrowByOne()
    {
        ThrowIfDisposed();
        GrowBy(1);
    }

    private static void ThrowChanged() => throw new InvalidOperationException("The list was changed meanwhile.");
}
