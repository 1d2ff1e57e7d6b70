using System;

namespace BitSlab;

/// <summary>Makes buffers whose contents are known from the start.</summary>
public static class SlabBuffer
{
    /// <summary>Allocates a buffer whose elements are zero.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="length">The number of elements; 0 gives an empty buffer, which holds no memory.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or so many elements are impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public static SlabBuffer<T> Zeroed<T>(int length, SlabAllocator? allocator = null)
        where T : unmanaged => SlabBuffer<T>.Allocate(length, allocator, zeroed: true, typeof(SlabBuffer<T>));

    /// <summary>Allocates a buffer and copies values into it.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="values">The values; none give an empty buffer, which holds no memory.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="OutOfMemoryException">Memory is exhausted.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public static SlabBuffer<T> CopyOf<T>(ReadOnlySpan<T> values, SlabAllocator? allocator = null)
        where T : unmanaged
    {
        SlabBuffer<T> buffer = new(values.Length, allocator);
        values.CopyTo(buffer.Span);
        return buffer;
    }
}
