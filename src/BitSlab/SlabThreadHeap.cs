using System;
using System.Runtime.CompilerServices;
using BitSlab.Core;
using BitSlab.Threads;

namespace BitSlab;

/// <summary>
/// The calling thread's heap of an allocator, held in a local: the same calls without the thread-static look-up. It can be
/// no field and cannot cross an await, since it belongs to the thread that asked for it.
/// </summary>
public readonly unsafe ref struct SlabThreadHeap
{
    private readonly ThreadHeap* _heap;
    private readonly SlabAllocator _allocator;

    // Compared with the heap's on each call: after disposal the structure may serve another allocator of the thread.
    private readonly ulong _allocatorNumber;

    internal SlabThreadHeap(SlabAllocator allocator, ThreadHeap* heap)
    {
        _allocator = allocator;
        _heap = heap;
        _allocatorNumber = heap->AllocatorNumber;
    }

    /// <inheritdoc cref="SlabAllocator.Alloc(nuint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* Alloc(nuint byteCount)
    {
        nuint last = unchecked(byteCount - 1);
        if (last < _heap->DirectLimit && _heap->AllocatorNumber == _allocatorNumber
            && LocalAlloc.TryTake(_heap, ThreadHeap.EntryFor(_heap, last), out void* block))
        {
            GC.KeepAlive(_allocator);
            return block;
        }

        return AllocSlow(_allocator, _heap, _allocatorNumber, byteCount);
    }

    /// <inheritdoc cref="SlabAllocator.AllocZeroed(nuint)"/>
    public void* AllocZeroed(nuint byteCount) =>
        _allocator.AllocZeroedSlow(_heap->AllocatorNumber == _allocatorNumber ? _heap : null, byteCount);

    /// <inheritdoc cref="SlabAllocator.TryAlloc(nuint, out void*)"/>
    public bool TryAlloc(nuint byteCount, out void* ptr) => _allocator.TryAlloc(byteCount, out ptr);

    /// <inheritdoc cref="SlabAllocator.Realloc(void*, nuint)"/>
    public void* Realloc(void* ptr, nuint byteCount) => _allocator.Realloc(ptr, byteCount);

    /// <inheritdoc cref="SlabAllocator.Free(void*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* ptr)
    {
        if (_heap->AllocatorNumber != _allocatorNumber
            || !LocalFree.TryFree(_heap, ptr, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table))
        {
            _allocator.FreeSlow(ptr);
        }

        GC.KeepAlive(_allocator);
    }

    /// <inheritdoc cref="SlabAllocator.FreeBatch(ReadOnlySpan{nint})"/>
    public void FreeBatch(ReadOnlySpan<nint> blocks) => _allocator.FreeBatch(blocks);

    // The fields one by one: the address of the structure would keep them out of registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* AllocSlow(SlabAllocator allocator, ThreadHeap* heap, ulong allocatorNumber, nuint byteCount)
    {
        void* block = heap->AllocatorNumber == allocatorNumber ? LocalAlloc.TakeOrRefill(heap, byteCount) : null;
        if (block == null)
        {
            block = allocator.Allocate(byteCount, 1);
        }

        GC.KeepAlive(allocator);
        return block;
    }
}
