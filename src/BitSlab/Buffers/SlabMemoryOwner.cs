using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Buffers;

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
    private SlabMemoryPool<T>? _pool;

    // Not 0 from the rent to the disposal, which is whoever's exchange finds it. All else is written while it is 0, by who rents.
    private nint _block;
    private int _length;

    internal SlabMemoryOwner()
    {
    }

    /// <summary>The memory: as many elements as were asked for.</summary>
    /// <exception cref="ObjectDisposedException">The owner is disposed, or the pool with its allocator.</exception>
    public override Memory<T> Memory
    {
        get
        {
            LiveBlock();
            return CreateMemory(_length);
        }
    }

    /// <summary>The elements of the memory.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public int Length
    {
        get
        {
            LiveBlock();
            return _length;
        }
    }

    /// <summary>The elements that the block would hold: its size class, nothing more. At least <see cref="Length"/>.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public int Capacity
    {
        get
        {
            void* block = LiveBlock();
            return BufferBlocks.CapacityOf<T>(_pool!.Allocator, block);
        }
    }

    /// <summary>The memory as a span.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public override Span<T> GetSpan()
    {
        void* block = LiveBlock();

        // The length was found not to be negative once.
        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<T>(block), _length);
    }

    /// <summary>The address of an element. Costs nothing: the memory does not move, and is not kept from being freed by it.</summary>
    /// <param name="elementIndex">The element, 0 to <see cref="Length"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">As for <see cref="Memory"/>.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        void* block = LiveBlock();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unchecked((uint)elementIndex), (uint)_length, nameof(elementIndex));
        return new MemoryHandle((T*)block + elementIndex);
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
        // Whoever disposes twice mostly sees it without the exchange, a full barrier, behind which the owner is this thread's alone. What
        // comes behind it waits for it: so the thread's ring is looked up before.
        if (_block != 0)
        {
            OwnerRing* ring = RestingOwners<T>.Ring;
            nint block = Interlocked.Exchange(ref _block, 0);
            if (block != 0)
            {
                _pool!.Return(this, (void*)block, ring);
            }
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

        _length = length;

        // Release: who sees the block sees what goes with it.
        Volatile.Write(ref _block, (nint)block);
    }

    // Acquire: the length and the pool are read behind it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void* LiveBlock()
    {
        nint block = Volatile.Read(ref _block);
        if (block == 0 || _pool!.HasGoneWithMemory)
        {
            ThrowHelper.ThrowMemoryOwnerDisposed();
        }

        return (void*)block;
    }
}
