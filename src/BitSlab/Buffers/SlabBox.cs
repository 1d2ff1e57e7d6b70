using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace BitSlab;

/// <summary>
/// One value in native memory, owned by the variable that holds the box: to be disposed once, on any thread. It is a
/// <see cref="SlabBuffer{T}"/> of one element, and all that is said there of copies, threads and forgotten buffers holds here.
/// </summary>
/// <typeparam name="T">The type of the value, which stands at its natural alignment.</typeparam>
/// <remarks>The default value is an empty box: its <see cref="Value"/> cannot be used, and its disposal does nothing.</remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public struct SlabBox<T> : IDisposable
    where T : unmanaged
{
    private SlabBuffer<T> _buffer;

    /// <summary>Allocates a box and puts a value into it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="allocator">Where the memory comes from; null for <see cref="SlabAllocator.Shared"/>.</param>
    /// <exception cref="OutOfMemoryException">Memory is exhausted.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SlabBox(T value, SlabAllocator? allocator = null)
    {
        _buffer = new SlabBuffer<T>(1, allocator, typeof(SlabBox<T>));
        _buffer[0] = value;
    }

    private SlabBox(SlabBuffer<T> buffer) => _buffer = buffer;

    /// <summary>Whether there is no value: so is the default value, and a variable whose box was moved or disposed.</summary>
    public readonly bool IsEmpty => _buffer.IsEmpty;

    /// <summary>The value, to read or write in place.</summary>
    /// <exception cref="InvalidOperationException">The box is empty: the default value, or moved.</exception>
    /// <exception cref="ObjectDisposedException">The box was disposed.</exception>
    public readonly ref T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Span<T> value = _buffer.Span;
            if (value.IsEmpty)
            {
                ThrowHelper.ThrowBoxEmpty();
            }

            return ref value[0];
        }
    }

    private readonly string DebuggerText => IsEmpty ? "(empty)" : $"{Value}";

    /// <summary>Hands the box over: the value returned owns it, and this variable is left empty, also inside <c>using</c>.</summary>
    /// <returns>The box, to be disposed by who takes it.</returns>
    /// <exception cref="ObjectDisposedException">The box was disposed.</exception>
    public SlabBox<T> Move() => new(_buffer.Move());

    /// <summary>
    /// Frees the memory. Does nothing for an empty box, for a variable that was disposed, and once the allocator is disposed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">
    /// The memory is free already: a copy of this box was disposed, or the allocator was reset. Nothing was changed.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose() => _buffer.Dispose();
}
