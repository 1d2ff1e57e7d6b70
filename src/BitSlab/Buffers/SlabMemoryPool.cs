using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading;
using BitSlab.Buffers;
using BitSlab.Core;
using BitSlab.Threads;

namespace BitSlab;

/// <summary>
/// A memory pool of native blocks, each of the size class that fits what was asked for: nothing is rounded up to powers of two, and what
/// lies idle goes back to the operating system. Safe on any thread.
/// </summary>
/// <typeparam name="T">The elements' type.</typeparam>
/// <remarks>
/// The memory does not move, so that pinning is free. It is not initialised, and aligned to
/// <see cref="SlabAllocatorOptions.MinimumAlignment"/>. Memory that is never disposed is given back with the pool's own allocator only:
/// nothing watches over forgotten owners.
/// </remarks>
public sealed unsafe class SlabMemoryPool<T> : MemoryPool<T>
    where T : unmanaged
{
    // No allocator's.
    private const ulong NoNumber = ulong.MaxValue;

    private readonly SlabAllocator _allocator;
    private readonly bool _ownsAllocator;
    private readonly bool _reusesOwners;
    private readonly int _defaultLength;
    private readonly bool _isShared;
    private bool _isDisposed;

    // The allocator's number: the fast paths serve heaps that have it. One that none has when the pool is disposed, or reuses no owners.
    private ulong _fastNumber;

    /// <summary>Makes a pool.</summary>
    /// <param name="options">The options; null for <see cref="SlabMemoryPoolOptions.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A property of the options, or of the allocator's options, is out of its range.
    /// </exception>
    /// <exception cref="ArgumentException">Both an allocator and options for one are given.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory or the address space for an allocator.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform is not supported yet.</exception>
    public SlabMemoryPool(SlabMemoryPoolOptions? options = null)
        : this(options ?? SlabMemoryPoolOptions.Default, isShared: false)
    {
    }

    private SlabMemoryPool(SlabMemoryPoolOptions options, bool isShared)
    {
        options.Validate();
        Options = options;
        _isShared = isShared;
        _ownsAllocator = options.Allocator == null;
        _allocator = options.Allocator ?? new SlabAllocator(OwnAllocatorOptions(options));
        _reusesOwners = options.ReuseOwners;
        _fastNumber = FastNumber;
        _defaultLength = Math.Max(options.DefaultBufferSize / sizeof(T), 1);
    }

    /// <summary>
    /// The process-wide pool, on <see cref="SlabAllocator.Shared"/>. Its disposal does nothing. (<see cref="MemoryPool{T}.Shared"/>, which
    /// this hides, is a pool of arrays.)
    /// </summary>
#pragma warning disable CA1000 // it hides the base's
    public static new SlabMemoryPool<T> Shared { get; } = new(new SlabMemoryPoolOptions { Allocator = SlabAllocator.Shared }, isShared: true);
#pragma warning restore CA1000

    /// <summary>The options that the pool was made with.</summary>
    public SlabMemoryPoolOptions Options { get; }

    /// <summary>The allocator that the memory comes from.</summary>
    public SlabAllocator Allocator => _allocator;

    /// <summary>The most elements that can be rented at once.</summary>
    public override int MaxBufferSize => (int)Math.Min(int.MaxValue, (ulong)nint.MaxValue / (uint)sizeof(T));

    /// <summary>Rents memory.</summary>
    /// <param name="minBufferSize">
    /// How many elements, at least 0; -1 for <see cref="SlabMemoryPoolOptions.DefaultBufferSize"/>. The owner's memory has exactly that
    /// length; how many would fit into its block, the smallest size class that holds them, is its
    /// <see cref="SlabMemoryOwner{T}.Capacity"/>.
    /// </param>
    /// <returns>The memory's owner, a <see cref="SlabMemoryOwner{T}"/>, to be disposed by who rented it, on any thread.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below -1 or above <see cref="MaxBufferSize"/>.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator is at its limit.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public override IMemoryOwner<T> Rent(int minBufferSize = -1) => RentOwner(minBufferSize);

    /// <summary>The same as <see cref="Rent"/>, with the owner's own type.</summary>
    /// <inheritdoc cref="Rent"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SlabMemoryOwner<T> RentOwner(int minBufferSize = -1)
    {
        // A negative length becomes a size that no class serves, and 0 becomes the largest number: both leave the fast path.
        nuint last = unchecked(((nuint)(uint)minBufferSize * (nuint)sizeof(T)) - 1);
        OwnerRing* ring = RestingOwners<T>.Ring;
        if (ring != null && ring->Count > RestingOwners<T>.LeastBehind)
        {
            ThreadHeap* heap = ring->Heap;

            // Acquire pairs with Dispose's release. A rent that runs beside Dispose may go either way.
            if (heap != null && heap->AllocatorNumber == Volatile.Read(ref _fastNumber) && last < heap->MaxManaged)
            {
                void* block = BufferBlocks.Take(heap, last);
                if (block != null)
                {
                    SlabMemoryOwner<T> owner = RestingOwners<T>.Take(ring);
                    owner.Begin(this, block, minBufferSize);
                    return owner;
                }
            }
        }

        return RentSlow(minBufferSize, ring);
    }

    /// <summary>
    /// Ends the pool. With an allocator of its own all memory goes back at once, that of owners that are out, too: their use throws then,
    /// and their disposal does nothing. With a given allocator they stay valid, and give their memory back when they are disposed. May be
    /// called twice; may not run while another thread is inside a call on the pool or, with its own allocator, uses its memory.
    /// </summary>
    /// <param name="disposing">Always true: a pool has no finalizer.</param>
    /// <exception cref="InvalidOperationException">The pool's own allocator has children that live; nothing is changed.</exception>
    protected override void Dispose(bool disposing)
    {
        if (_isShared || _isDisposed)
        {
            return;
        }

        // Release, in this order: who no longer finds the fast path's number sees that the pool is disposed.
        Volatile.Write(ref _isDisposed, true);
        Volatile.Write(ref _fastNumber, NoNumber);
        if (!_ownsAllocator)
        {
            return;
        }

        try
        {
            _allocator.Dispose();
        }
        catch (InvalidOperationException)
        {
            // It has children, and nothing was changed.
            Volatile.Write(ref _isDisposed, false);
            Volatile.Write(ref _fastNumber, FastNumber);
            throw;
        }
    }

    /// <summary>Whether the memory of its owners is gone.</summary>
    internal bool HasGoneWithMemory => Volatile.Read(ref _isDisposed) && _ownsAllocator;

    // Release and acquire as for the flag beside it: who is told of the disposal finds the fast paths closed.
    private ulong FastNumber => _reusesOwners ? _allocator.Number : NoNumber;

    /// <summary>By the one who ended the owner's hold, with the thread's ring or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Return(SlabMemoryOwner<T> owner, void* block, OwnerRing* ring)
    {
        if (ring != null && ring->Count < OwnerRing.Length)
        {
            // The number: a given allocator may be disposed by now, and its heap serve another.
            ThreadHeap* heap = ring->Heap;
            if (heap != null && heap->AllocatorNumber == Volatile.Read(ref _fastNumber)
                && LocalFree.TryFree(heap, block, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table))
            {
                RestingOwners<T>.Put(ring, owner);
                GC.KeepAlive(this);
                return;
            }
        }

        ReturnSlow(owner, block, ring);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SlabMemoryOwner<T> RentSlow(int minBufferSize, OwnerRing* ring)
    {
        int length = LengthOf(minBufferSize);

        // Before an owner is taken: where there is no memory, nothing is lost. An empty one has a block, too.
        void* block = _allocator.Alloc((nuint)(uint)Math.Max(length, 1) * (uint)sizeof(T));
        SlabMemoryOwner<T>? owner = null;
        if (_reusesOwners)
        {
            // The heap that the next rents of this pool are served from, where the block is one of slabs.
            ring = RestingOwners<T>.Ensure(ring);
            ring->Heap = ThreadHeaps.Lookup(_allocator.Slot);
            owner = RestingOwners<T>.TryTake(ring);
        }

        owner ??= new SlabMemoryOwner<T>();
        owner.Begin(this, block, length);
        return owner;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnSlow(SlabMemoryOwner<T> owner, void* block, OwnerRing* ring)
    {
        if (!HasGoneWithMemory)
        {
            _allocator.Free(block);
        }

        if (_reusesOwners)
        {
            ring = RestingOwners<T>.Ensure(ring);
            if (ring->Count == OwnerRing.Length)
            {
                RestingOwners<T>.MakeRoom(ring);
            }

            RestingOwners<T>.Put(ring, owner);
        }
    }

    private int LengthOf(int length)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, -1, "minBufferSize");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxBufferSize, "minBufferSize");
        return length == -1 ? _defaultLength : length;
    }

    private static SlabAllocatorOptions OwnAllocatorOptions(SlabMemoryPoolOptions options)
    {
        SlabAllocatorOptions own = options.AllocatorOptions ?? SlabAllocatorOptions.Default;
        return own with { Name = own.Name ?? options.Name };
    }
}
