using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace BitSlab;

/// <summary>
/// One value in native memory, owned by whoever has this box; to be disposed once, on any thread. What <see cref="SlabBuffer{T}"/> says of
/// copies holds here, too. The default value is an empty box.
/// </summary>
/// <typeparam name="T">The value's type.</typeparam>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "It owns, it is no value to compare.")]
public struct SlabBox<T> : IDisposable
    where T : unmanaged
{
    private SlabBuffer<T> _buffer;

    /// <summary>Allocates a box with a value in it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public SlabBox(T value, SlabAllocator? allocator = null)
    {
        _buffer = new SlabBuffer<T>(1, allocator);
        Value = value;
    }

    /// <summary>Whether there is no value: disposed, moved away, or the default.</summary>
    public readonly bool IsEmpty => _buffer.IsEmpty;

    /// <summary>The value, in its place: to be read and written.</summary>
    /// <exception cref="ObjectDisposedException">The box is empty; or its allocator tracks its buffers, and a copy was disposed.</exception>
    public readonly ref T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_buffer.IsEmpty)
            {
                ThrowHelper.ThrowBoxEmpty();
            }

            return ref _buffer.Span[0];
        }
    }

    /// <summary>Frees the memory, and leaves an empty box.</summary>
    /// <inheritdoc cref="SlabBuffer{T}.Dispose"/>
    public void Dispose() => _buffer.Dispose();
}

/// <summary>Changes a <see cref="SlabBox{T}"/> in a variable.</summary>
public static class SlabBox
{
    /// <summary>Takes a box out of a variable, which is left empty: what is returned owns the value now.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="box">The box.</param>
    public static SlabBox<T> Move<T>(ref this SlabBox<T> box)
        where T : unmanaged
    {
        SlabBox<T> moved = box;
        box = default;
        return moved;
    }
}
