using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace BitSlab;

/// <summary>
/// Owns memory that was rented from a <see cref="SlabMemoryPool{T}"/>, until it is disposed, on any thread. Then its use throws, and so
/// does that of <see cref="Memory"/> that was taken before, until the object is used for another rent: see
/// <see cref="SlabMemoryPoolOptions.ReuseOwners"/>.
/// </summary>
/// <typeparam name="T">The elements' type.</typeparam>
/// <remarks>A span that was taken before the disposal stays what it is: do not touch it after.</remarks>
public sealed unsafe class SlabMemoryOwner<T> : MemoryManager<T>, IMemoryOwner<T>
    where T : unmanaged
{
    private const int Free = 0;
    private const int Rented = 1;

    private SlabMemoryPool<T>? _pool;
    private void* _block;
    private int _length;

    // Rented from the rent to the disposal, which is whoever's exchange finds it. All else is written while it is free, by who rents.
    private int _state;

    internal SlabMemoryOwner()
    {
    }

    /// <summary>The memory: as many elements as were asked for.</summary>
    /// <exception cref="ObjectDisposedException">The owner is disposed, or the pool with its allocator.</exception>
    public override Memory<T> Memory
    {
        get
        {
            ThrowIfDisposed();
            return CreateMemory(_length);
        }
    }

    /// <summary>The elements of the memory.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public int Length
    {
        get
        {
            ThrowIfDisposed();
            return _length;
        }
    }

    /// <summary>The elements that the block would hold: its size class, nothing more. At least <see cref="Length"/>.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public int Capacity
    {
        get
        {
            ThrowIfDisposed();
            return (int)Math.Min(_pool!.Allocator.GetUsableSize(_block) / (uint)sizeof(T), int.MaxValue);
        }
    }

    /// <summary>The memory as a span.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public override Span<T> GetSpan()
    {
        ThrowIfDisposed();

        // The length was found not to be negative once.
        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<T>(_block), _length);
    }

    /// <summary>The address of an element. Costs nothing: the memory does not move, and is not kept from being freed by it.</summary>
    /// <param name="elementIndex">The element, 0 to <see cref="Length"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unchecked((uint)elementIndex), (uint)_length, nameof(elementIndex));
        return new MemoryHandle((T*)_block + elementIndex);
    }

    /// <summary>Does nothing.</summary>
    public override void Unpin()
    {
    }

    /// <summary>
    /// Frees the memory. Does nothing when it is disposed already, by two threads at once, too, or when the pool was disposed together with
    /// its allocator.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        // Whoever disposes twice mostly sees it without the exchange, a full barrier, behind which the owner is this thread's alone.
        if (_state == Rented && Interlocked.Exchange(ref _state, Free) == Rented)
        {
            _pool!.Return(this, _block);
        }
    }

    /// <inheritdoc cref="Dispose()"/>
    protected override void Dispose(bool disposing) => Dispose();

    /// <summary>Owns a block from here on. By who alone has this object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin(SlabMemoryPool<T> pool, void* block, int length)
    {
        if (_pool != pool)
        {
            _pool = pool;
        }

        _block = block;
        _length = length;

        // Release: who sees it rented sees what is rented.
        Volatile.Write(ref _state, Rented);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfDisposed()
    {
        if (Volatile.Read(ref _state) != Rented || _pool!.HasGoneWithMemory)
        {
            ThrowHelper.ThrowMemoryOwnerDisposed();
        }
    }
}
