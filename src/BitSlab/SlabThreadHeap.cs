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
    private readonly int _granularityShift;
    private readonly uint _linearLimit;

    internal SlabThreadHeap(SlabAllocator allocator, ThreadHeap* heap, int granularityShift, uint linearLimit)
    {
        _allocator = allocator;
        _heap = heap;
        _granularityShift = granularityShift;
        _linearLimit = linearLimit;
    }

    /// <inheritdoc cref="SlabAllocator.Alloc(nuint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* Alloc(nuint byteCount)
    {
        nuint last = unchecked(byteCount - 1);
        if (last < _linearLimit)
        {
            void* block = LocalAlloc.TryTake(_heap, last >> _granularityShift);
            if (block != null)
            {
                GC.KeepAlive(_allocator);
                return block;
            }
        }

        return _allocator.AllocSlow(byteCount);
    }

    /// <inheritdoc cref="SlabAllocator.AllocZeroed(nuint)"/>
    public void* AllocZeroed(nuint byteCount) => _allocator.AllocZeroed(_heap, byteCount);

    /// <inheritdoc cref="SlabAllocator.TryAlloc(nuint, out void*)"/>
    public bool TryAlloc(nuint byteCount, out void* ptr) => _allocator.TryAlloc(byteCount, out ptr);

    /// <inheritdoc cref="SlabAllocator.Realloc(void*, nuint)"/>
    public void* Realloc(void* ptr, nuint byteCount) => _allocator.Realloc(ptr, byteCount);

    /// <inheritdoc cref="SlabAllocator.Free(void*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* ptr)
    {
        if (!LocalFree.TryFree(_heap, ptr, ProcessMemory.Base, ProcessMemory.Bytes, ProcessMemory.Slabs))
        {
            _allocator.FreeSlow(ptr);
        }

        GC.KeepAlive(_allocator);
    }

    /// <inheritdoc cref="SlabAllocator.FreeBatch(ReadOnlySpan{nint})"/>
    public void FreeBatch(ReadOnlySpan<nint> blocks) => _allocator.FreeBatch(blocks);
}
