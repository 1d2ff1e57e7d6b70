using System;
using System.Collections;
using System.Collections.Generic;

namespace BitSlab;

/// <content>Looks at the elements, and their order.</content>
public sealed partial class SlabList<T>
{
    /// <summary>Whether an element equals a value, by the type's default comparison.</summary>
    /// <param name="item">The value.</param>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public bool Contains(T item) => IndexOf(item) >= 0;

    /// <summary>The index of the first element that equals a value, by the type's default comparison; -1 for none.</summary>
    /// <param name="item">The value.</param>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public int IndexOf(T item)
    {
        ReadOnlySpan<T> items = AsSpan();
        if (typeof(T).IsPrimitive)
        {
            return items.IndexOf(item, comparer: null);
        }

        // The type's own code may do anything to the list: no reference into it is held meanwhile. No pin, for others may look, too.
        for (int i = 0; i < _count; i++)
        {
            if (EqualityComparer<T>.Default.Equals(this[i], item))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Sorts the elements by their default order. Not stable.</summary>
    /// <exception cref="InvalidOperationException">The type has no order, or its comparison threw.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void Sort() => Sort((IComparer<T>?)null);

    /// <summary>Sorts the elements by a comparer. Not stable.</summary>
    /// <param name="comparer">The comparer, which must not change the list; null for the type's default order.</param>
    /// <exception cref="InvalidOperationException">The type has no order, or the comparer threw.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void Sort(IComparer<T>? comparer)
    {
        Span<T> items = AsSpan();
        _pins++;
        try
        {
            items.Sort(comparer);
        }
        finally
        {
            _pins--;
            Changed();
        }
    }

    /// <summary>Sorts the elements by a comparison. Not stable.</summary>
    /// <param name="comparison">The comparison, which must not change the list.</param>
    /// <exception cref="ArgumentNullException"><paramref name="comparison"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The comparison threw.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void Sort(Comparison<T> comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        Span<T> items = AsSpan();
        _pins++;
        try
        {
            items.Sort(comparison);
        }
        finally
        {
            _pins--;
            Changed();
        }
    }

    /// <summary>Copies the elements.</summary>
    /// <param name="destination">Where to, at least <see cref="Count"/> long.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public void CopyTo(Span<T> destination) => AsSpan().CopyTo(destination);

    /// <inheritdoc/>
    void ICollection<T>.CopyTo(T[] array, int arrayIndex)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentOutOfRangeException.ThrowIfNegative(arrayIndex);
        if (_count > array.Length - arrayIndex)
        {
            throw new ArgumentException("The array is too short.", nameof(array));
        }

        CopyTo(array.AsSpan(arrayIndex));
    }

    /// <summary>An array with the elements, on the garbage-collected heap.</summary>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public T[] ToArray() => AsSpan().ToArray();

    /// <summary>Enumerates the elements in their order, without an allocation in <c>foreach</c>.</summary>
    /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
    public Enumerator GetEnumerator()
    {
        ThrowIfDisposed();
        return new Enumerator(this);
    }

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Enumerates a list. It throws when the list was changed meanwhile.</summary>
    public struct Enumerator : IEnumerator<T>
    {
        private readonly SlabList<T> _list;
        private readonly int _version;
        private int _next;
        private T _current;

        internal Enumerator(SlabList<T> list)
        {
            _list = list;
            _version = list._version;
        }

        /// <summary>The element that <see cref="MoveNext"/> went to.</summary>
        public readonly T Current => _current;

        readonly object IEnumerator.Current => _next == 0 || _next > _list._count
            ? throw new InvalidOperationException("The enumerator is at no element.")
            : _current;

        /// <summary>Goes to the next element.</summary>
        /// <returns>False behind the last.</returns>
        /// <exception cref="InvalidOperationException">The list was changed.</exception>
        /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
        public bool MoveNext()
        {
            SlabList<T> list = _list;
            if (_version == list._version && (uint)_next < (uint)list._count)
            {
                _current = list[_next++];
                return true;
            }

            list.ThrowIfOtherThan(_version);
            _next = list._count + 1;
            _current = default;
            return false;
        }

        /// <summary>Goes back before the first element.</summary>
        /// <exception cref="InvalidOperationException">The list was changed.</exception>
        /// <exception cref="ObjectDisposedException">The list is disposed.</exception>
        public void Reset()
        {
            _list.ThrowIfOtherThan(_version);
            _next = 0;
            _current = default;
        }

        /// <summary>Does nothing.</summary>
        public readonly void Dispose()
        {
        }
    }

    private void ThrowIfOtherThan(int version)
    {
        ThrowIfDisposed();
        if (version != _version)
        {
            ThrowChanged();
        }
    }
}
