using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Core;
using BitSlab.Threads;

namespace BitSlab;

/// <content>Blocks: allocate, free, resize.</content>
public sealed unsafe partial class SlabAllocator
{
    private static ulong s_tellings;

    /// <inheritdoc cref="SlabMemory.Alloc(nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* Alloc(nuint byteCount)
    {
        // A size of 0 becomes the largest number, and so leaves the fast path.
        nuint last = unchecked(byteCount - 1);
        if (last < _directLimit)
        {
            ThreadHeap* heap = ThreadHeaps.Lookup(_slot);
            if (heap != null && LocalAlloc.TryTake(heap, ThreadHeap.EntryFor(heap, last), out void* block))
            {
                // Here as elsewhere: not to be finalised while the call goes on.
                GC.KeepAlive(this);
                return block;
            }
        }

        return AllocSlow(byteCount);
    }

    /// <inheritdoc cref="SlabMemory.Alloc(nuint, nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void* Alloc(nuint elementCount, nuint elementSize) => Alloc(Product(elementCount, elementSize));

    /// <inheritdoc cref="SlabMemory.Alloc{T}(nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public T* Alloc<T>(nuint count)
        where T : unmanaged => (T*)Alloc(Product(count, (nuint)sizeof(T)));

    /// <inheritdoc cref="SlabMemory.AllocZeroed(nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void* AllocZeroed(nuint byteCount)
    {
        nuint last = unchecked(byteCount - 1);
        ThreadHeap* heap = ThreadHeaps.Lookup(_slot);
        if (last < _directLimit && heap != null && LocalAlloc.TryTake(heap, ThreadHeap.EntryFor(heap, last), out void* block))
        {
            NativeMemory.Clear(block, byteCount);
            GC.KeepAlive(this);
            return block;
        }

        return AllocZeroedSlow(heap, byteCount);
    }

    /// <inheritdoc cref="SlabMemory.AllocZeroed(nuint, nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void* AllocZeroed(nuint elementCount, nuint elementSize) => AllocZeroed(Product(elementCount, elementSize));

    /// <inheritdoc cref="SlabMemory.TryAlloc(nuint, out void*)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAlloc(nuint byteCount, out void* ptr)
    {
        nuint last = unchecked(byteCount - 1);
        ThreadHeap* heap = ThreadHeaps.Lookup(_slot);
        if (last < _directLimit && heap != null && LocalAlloc.TryTake(heap, ThreadHeap.EntryFor(heap, last), out ptr))
        {
            GC.KeepAlive(this);
            return true;
        }

        return TryAllocSlow(heap, byteCount, out ptr);
    }

    /// <inheritdoc cref="SlabMemory.AlignedAlloc(nuint, nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void* AlignedAlloc(nuint byteCount, nuint alignment)
    {
        ThrowHelper.ThrowIfNotPowerOfTwo(alignment);
        ThreadHeap* heap = ThreadHeaps.Lookup(_slot);
        void* block = heap != null ? LocalAlloc.TakeOrRefill(heap, byteCount, alignment) : null;
        if (block == null)
        {
            block = Allocate(byteCount, alignment);
        }

        GC.KeepAlive(this);
        return block;
    }

    /// <inheritdoc cref="SlabMemory.Realloc(void*, nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void* Realloc(void* ptr, nuint byteCount) => AlignedRealloc(ptr, byteCount, 1);

    /// <inheritdoc cref="SlabMemory.AlignedRealloc(void*, nuint, nuint)"/>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void* AlignedRealloc(void* ptr, nuint byteCount, nuint alignment)
    {
        ThrowHelper.ThrowIfNotPowerOfTwo(alignment);
        ThrowIfDisposed();
        void* block = ptr == null
            ? Allocate(byteCount, alignment)
            : ReallocateAny(ThreadHeaps.Lookup(_slot), ptr, byteCount, alignment, _allocator);
        GC.KeepAlive(this);
        return block;
    }

    /// <summary>Frees a block of this allocator. Null does nothing. Any thread may free any block.</summary>
    /// <param name="ptr">The block.</param>
    /// <exception cref="InvalidBlockException">The address is not a live block of this allocator. Nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* ptr)
    {
        // A slab's local owner is a heap of the slab's allocator: no other allocator's block passes.
        ThreadHeap* heap = ThreadHeaps.Lookup(_slot);
        if (!LocalFree.TryFree(heap, ptr, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table))
        {
            FreeSlow(ptr);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees a block of this allocator, however it was allocated: the same as <see cref="Free"/>.</summary>
    /// <param name="ptr">The block.</param>
    /// <exception cref="InvalidBlockException">The address is not a live block of this allocator. Nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void AlignedFree(void* ptr) => Free(ptr);

    /// <summary>
    /// Frees many blocks of this allocator. Blocks of other threads that stand side by side in the batch go back in one step. Null
    /// entries are skipped.
    /// </summary>
    /// <param name="blocks">The blocks.</param>
    /// <exception cref="InvalidBlockException">Entries are not live blocks of this allocator. All others were freed.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void FreeBatch(ReadOnlySpan<nint> blocks)
    {
        ThrowIfDisposed();
        FreeBatchAny(ThreadHeaps.Lookup(_slot), blocks, _allocator);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// The bytes that a block holds, at least what was asked for. Bytes beyond those that were asked for are not initialised. 0 for null.
    /// </summary>
    /// <param name="ptr">The block.</param>
    /// <exception cref="InvalidBlockException">The address is not a live block of this allocator.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public nuint GetUsableSize(void* ptr)
    {
        ThrowIfDisposed();
        nuint bytes = UsableSizeOfAny(ptr, _allocator);
        GC.KeepAlive(this);
        return bytes;
    }

    internal static nuint UsableSizeOfAny(void* ptr, Allocator* expected)
    {
        if (ptr == null)
        {
            return 0;
        }

        BlockPlace place;
        BlockStatus status = Blocks.Find(ProcessMemory.Require(), ptr, expected, &place);
        if (status != BlockStatus.Live)
        {
            Refuse(status, ptr, expected);
        }

        return place.UsableBytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void* AllocSlow(nuint byteCount)
    {
        ThreadHeap* heap = ThreadHeaps.Lookup(_slot);
        void* block = heap != null ? LocalAlloc.TakeOrRefill(heap, byteCount) : null;
        if (block == null)
        {
            block = Allocate(byteCount, 1);
        }

        GC.KeepAlive(this);
        return block;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAllocSlow(ThreadHeap* heap, nuint byteCount, out void* ptr)
    {
        ptr = heap != null ? LocalAlloc.TakeOrRefill(heap, byteCount) : null;
        if (ptr == null)
        {
            bool zeroed = false;
            ptr = TryAllocate(byteCount, 1, ref zeroed, out _);
        }

        GC.KeepAlive(this);
        return ptr != null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void FreeSlow(void* ptr)
    {
        ThrowIfDisposed();
        FreeAny(ThreadHeaps.Lookup(_slot), ptr, _allocator);
        GC.KeepAlive(this);
    }

    /// <summary>Allocates zeroed with a heap of this allocator and thread; null where it has none.</summary>
    internal void* AllocZeroedSlow(ThreadHeap* heap, nuint byteCount)
    {
        bool zeroed = true;
        void* block = heap != null ? LocalAlloc.TakeOrRefillZeroed(heap, byteCount, out zeroed) : null;
        if (block == null)
        {
            zeroed = true;
            block = Allocate(byteCount, 1, ref zeroed);
        }

        if (!zeroed)
        {
            NativeMemory.Clear(block, byteCount);
        }

        GC.KeepAlive(this);
        return block;
    }

    internal void* Allocate(nuint byteCount, nuint alignment)
    {
        bool zeroed = false;
        return Allocate(byteCount, alignment, ref zeroed);
    }

    // Zeroed: in, whether zeros are wanted; out, whether the block is known to read as zeros. So all the way down.
    private void* Allocate(nuint byteCount, nuint alignment, ref bool zeroed)
    {
        void* block = TryAllocate(byteCount, alignment, ref zeroed, out AllocStatus status);
        if (block == null)
        {
            ThrowShortage(status, byteCount);
        }

        return block;
    }

    private void* TryAllocate(nuint byteCount, nuint alignment, ref bool zeroed, out AllocStatus status)
    {
        ThrowIfDisposed();
        if (RaiseFaults(ThreadHeaps.Lookup(_slot)))
        {
            // The handlers may have done anything.
            ThrowIfDisposed();
        }

        void* block = TryAllocate(_allocator, byteCount, alignment, ref zeroed, out status);
        GC.KeepAlive(this);
        return block;
    }

    internal static void FreeAny(ThreadHeap* heap, void* ptr, Allocator* expected)
    {
        if (ptr == null)
        {
            return;
        }

        // The first free in a full slab, as a rule.
        Slab* slice = LocalFree.FindLive(heap, ptr, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table, out uint index);
        if (slice != null && LocalFree.Free(heap, slice, index) == BlockStatus.Live)
        {
            return;
        }

        RaiseFaults(heap);
        BlockStatus status = Blocks.Free(ProcessMemory.Require(), ptr, expected, ThreadHeaps.CurrentToken);
        if (status != BlockStatus.Live)
        {
            Refuse(status, ptr, expected);
        }
    }

    internal static void FreeBatchAny(ThreadHeap* heap, ReadOnlySpan<nint> blocks, Allocator* expected)
    {
        Reservation* reservation = ProcessMemory.Require();
        RaiseFaults(heap);
        BatchFree batch = new(reservation, expected, ThreadHeaps.CurrentToken);
        fixed (nint* entries = blocks)
        {
            for (int i = 0; i < blocks.Length;)
            {
                bool done = LocalFree.TryFree(heap, unchecked((void*)entries[i]), ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table);
                i = done ? i + 1 : batch.FreeRun(entries, i, blocks.Length);
            }
        }

        if (batch.RefusedCount != 0)
        {
            CountInvalid(expected, batch.RefusedCount);
            throw new InvalidBlockException(
                ThrowHelper.KindOf(batch.FirstStatus), blocks[batch.FirstIndex], batch.FirstIndex, batch.RefusedCount);
        }
    }

    /// <summary>Reallocates a block, which stays in its allocator. Not for null.</summary>
    internal static void* ReallocateAny(ThreadHeap* heap, void* ptr, nuint byteCount, nuint alignment, Allocator* expected)
    {
        Slab* slice = LocalFree.FindLive(heap, ptr, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table, out _);
        return slice == null ? ReallocateSlow(heap, ptr, byteCount, alignment, expected)
            : Allocation.FitsInPlace(ptr, slice->BlockSize, byteCount, alignment) ? ptr
            : MoveOwn(heap, ptr, slice->BlockSize, byteCount, alignment);
    }

    // A live block of the calling thread's own heap: no search, and no look at what other threads freed.
    private static void* MoveOwn(ThreadHeap* heap, void* ptr, nuint usable, nuint byteCount, nuint alignment)
    {
        void* moved = alignment == 1 ? LocalAlloc.TakeOrRefill(heap, byteCount) : null;
        if (moved == null)
        {
            return MoveSlow(ptr, usable, byteCount, alignment, heap->Allocator);
        }

        NativeMemory.Copy(ptr, moved, nuint.Min(byteCount, usable));
        if (!LocalFree.TryFree(heap, ptr, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table))
        {
            FreeMoved(ptr, moved, heap->Allocator);
        }

        return moved;
    }

    private static void* ReallocateSlow(ThreadHeap* heap, void* ptr, nuint byteCount, nuint alignment, Allocator* expected)
    {
        Reservation* reservation = ProcessMemory.Require();
        RaiseFaults(heap);
        BlockPlace place;
        BlockStatus status = Blocks.Find(reservation, ptr, expected, &place);
        if (status != BlockStatus.Live)
        {
            Refuse(status, ptr, expected);
        }

        if (Allocation.TryReallocInPlace(reservation, ptr, place, byteCount, alignment))
        {
            return ptr;
        }

        return MoveSlow(ptr, place.UsableBytes, byteCount, alignment, place.Allocator);
    }

    private static void* MoveSlow(void* ptr, nuint usable, nuint byteCount, nuint alignment, Allocator* allocator)
    {
        void* moved = TryAllocate(allocator, byteCount, alignment, out AllocStatus shortage);

        // A soft limit's callback may have freed the block, or reset the allocator.
        BlockPlace place;
        BlockStatus status = Blocks.Find(allocator->Reservation, ptr, allocator, &place);
        if (status != BlockStatus.Live)
        {
            if (moved != null)
            {
                Blocks.Free(allocator->Reservation, moved, allocator, ThreadHeaps.CurrentToken);
            }

            Refuse(status, ptr, allocator);
        }

        if (moved == null)
        {
            ThrowShortageUnlessFits(allocator, shortage, ptr, usable, byteCount, alignment);
            return ptr;
        }

        NativeMemory.Copy(ptr, moved, nuint.Min(byteCount, usable));
        FreeMoved(ptr, moved, allocator);
        return moved;
    }

    // A block that is to shrink and finds no smaller one goes on as it is.
    private static void ThrowShortageUnlessFits(
        Allocator* allocator, AllocStatus status, void* ptr, nuint usable, nuint byteCount, nuint alignment)
    {
        if (byteCount > usable || !Allocation.IsAligned(ptr, alignment))
        {
            ThrowShortage(allocator, status, byteCount);
        }
    }

    private static void FreeMoved(void* ptr, void* moved, Allocator* allocator)
    {
        ulong token = ThreadHeaps.CurrentToken;
        BlockStatus status = Blocks.Free(allocator->Reservation, ptr, allocator, token);
        if (status != BlockStatus.Live)
        {
            // Somebody freed the block meanwhile: the new one is of no use to anyone.
            Blocks.Free(allocator->Reservation, moved, allocator, token);
            Refuse(status, ptr, allocator);
        }
    }

    internal static nuint Product(nuint count, nuint size)
    {
        if (Math.BigMul(count, size, out ulong product) != 0 || product > nuint.MaxValue)
        {
            ThrowHelper.ThrowOverflow(count, size);
        }

        return unchecked((nuint)product);
    }

    private static void* TryAllocate(Allocator* allocator, nuint byteCount, nuint alignment, out AllocStatus status)
    {
        bool zeroed = false;
        return TryAllocate(allocator, byteCount, alignment, ref zeroed, out status);
    }

    private static void* TryAllocate(Allocator* allocator, nuint byteCount, nuint alignment, ref bool zeroed, out AllocStatus status)
    {
        bool known = zeroed;
        void* block = null;

        // Due already: the fast way in found it.
        status = Permits.IsTellingDue(allocator)
            ? AllocStatus.SoftLimitReached
            : AllocateOrReclaim(allocator, byteCount, alignment, ref known, out block);
        if (status == AllocStatus.SoftLimitReached)
        {
            known = zeroed;
            status = AllocateAcrossSoftLimit(allocator, byteCount, alignment, ref known, out block);
        }

        if (status == AllocStatus.LimitReached)
        {
            // A counter; it orders nothing.
            Atomic.Add(&allocator->LimitRefusals, 1);
        }

        zeroed = known;
        return block;
    }

    private static AllocStatus AllocateOrReclaim(
        Allocator* allocator, nuint byteCount, nuint alignment, ref bool zeroed, out void* block)
    {
        // What comes back may be taken by others, again and again. Far more often than it happens to threads that share a limit.
        const int MostTurns = 32;
        for (int turn = 0; ; turn++)
        {
            long giveBacks = Atomic.LoadAcquire(&allocator->Root->GiveBacks);
            bool known = zeroed;
            AllocStatus status = AllocateOnce(allocator, byteCount, alignment, ref known, out block);

            // What heaps hold without need may be what is missing. Again as long as memory comes back, by this thread or another.
            if (status is AllocStatus.Ok or AllocStatus.SoftLimitReached || turn == MostTurns
                || LargeBlocks.IsImpossible(byteCount, alignment) || Permits.IsAboveLimit(allocator, byteCount)
                || !Reclaim(allocator, giveBacks))
            {
                zeroed = known;
                return status;
            }
        }
    }

    private static AllocStatus AllocateOnce(Allocator* allocator, nuint byteCount, nuint alignment, ref bool zeroed, out void* block)
    {
        AllocStatus status;
        bool known = zeroed;
        ThreadHeap* heap = ThreadHeaps.Acquire(allocator, &status);
        block = heap == null ? null : Allocation.Alloc(heap, byteCount, alignment, &status, &known);
        zeroed = known;
        return status;
    }

    // Tells of each soft limit that is about to be crossed, the allocator's and its ancestors', with nothing allocated and no lock held; then
    // goes on.
    private static AllocStatus AllocateAcrossSoftLimit(
        Allocator* allocator, nuint byteCount, nuint alignment, ref bool zeroed, out void* block)
    {
        bool wanted = zeroed;
        ulong number = allocator->Number;

        // Atomic: no two tellings have the same number.
        ulong teller = Permits.Teller(Interlocked.Increment(ref s_tellings));
        List<(nint Level, ulong Number)> told = [];
        try
        {
            AllocStatus status;
            do
            {
                Allocator* level;
                while ((level = Permits.BeginTelling(allocator, teller)) != null)
                {
                    told.Add(((nint)level, level->Number));
                    TellSoftLimit(level);
                    ObjectDisposedException.ThrowIf(allocator->Number != number, typeof(SlabAllocator));
                }

                zeroed = wanted;
                status = AllocateOrReclaim(allocator, byteCount, alignment, ref zeroed, out block);
            }
            while (status == AllocStatus.SoftLimitReached);

            return status;
        }
        finally
        {
            // Of those that are there still: what was told may have disposed of some.
            foreach ((nint level, ulong levelNumber) in told)
            {
                if (((Allocator*)level)->Number == levelNumber)
                {
                    Permits.EndTelling((Allocator*)level, teller);
                }
            }
        }
    }

    private static void TellSoftLimit(Allocator* level)
    {
        SlabAllocator? host = HostOf(level);
        if (host?.Options.SoftLimitCallback is Action<SlabAllocator> callback)
        {
            callback(host);
        }
        else
        {
            ThreadRegistry.OrphanHeapsOfDeadThreads();
            Rounds.TrimFamily(level, ThreadHeaps.CurrentToken);
        }
    }

    // True when memory of the family went back to the OS since, or is on its way.
    private static bool Reclaim(Allocator* allocator, long giveBacks)
    {
        Allocator* root = allocator->Root;
        ThreadRegistry.OrphanHeapsOfDeadThreads();
        Rounds.TrimFamily(root, ThreadHeaps.CurrentToken);

        // Acquire: the number goes up before the thread that gives back says that it is no longer at it.
        while (Atomic.LoadAcquire(&root->GiveBacks) == giveBacks)
        {
            if (Atomic.LoadAcquire(&root->Returning) == 0)
            {
                // Looked at once more: what was on its way may have arrived in between.
                return Atomic.LoadAcquire(&root->GiveBacks) != giveBacks;
            }

            root->Reservation->Os.Yield();
        }

        return true;
    }

    private ThreadHeap* AcquireHeap(AllocStatus* status)
    {
        ThrowIfDisposed();
        ThreadHeap* heap = ThreadHeaps.Acquire(_allocator, status);

        // Acquire: read before the limits are looked at again.
        if (heap == null && Reclaim(_allocator, Atomic.LoadAcquire(&_allocator->Root->GiveBacks)))
        {
            heap = ThreadHeaps.Acquire(_allocator, status);
        }

        return heap;
    }

    private void ThrowShortage(AllocStatus status, nuint byteCount) => ThrowShortage(_allocator, status, byteCount);

    private static void ThrowShortage(Allocator* allocator, AllocStatus status, nuint byteCount)
    {
        if (status == AllocStatus.LimitReached)
        {
            // The level with the least room: its limit is the one that refused.
            Allocator* tight = allocator;
            for (Allocator* level = allocator->Parent; level != null; level = level->Parent)
            {
                tight = RoomOf(level) < RoomOf(tight) ? level : tight;
            }

            throw new SlabMemoryLimitException(HostOf(tight)?.Options.Name, tight->Limit, (long)ulong.Min(byteCount, long.MaxValue));
        }

        ThrowHelper.ThrowOutOfMemory(byteCount);
    }

    // Acquire: in one piece, for a message.
    private static long RoomOf(Allocator* allocator) => allocator->Limit - Atomic.LoadAcquire(&allocator->Committed);

    private static void Refuse(BlockStatus status, void* ptr, Allocator* expected)
    {
        CountInvalid(expected, 1);
        ThrowHelper.ThrowInvalidBlock(status, ptr);
    }

    // A refused call on SlabMemory counts for the shared allocator: whose block it was meant to be nobody knows.
    private static void CountInvalid(Allocator* expected, int count) =>
        Atomic.Add(&(expected != null ? expected : Shared._allocator)->InvalidFrees, count);

    private static SlabAllocator? HostOf(Allocator* allocator) => (SlabAllocator?)GCHandle.FromIntPtr(allocator->Host).Target;

    private static bool RaiseFaults(ThreadHeap* heap)
    {
        // Acquire pairs with the collector's release: the faults are written.
        bool any = heap != null && Atomic.LoadAcquire(&heap->FaultCount) != 0;
        if (any)
        {
            RaiseFaultsSlow(heap);
        }

        return any;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RaiseFaultsSlow(ThreadHeap* heap)
    {
        Allocator* allocator = heap->Allocator;
        ulong* faults = stackalloc ulong[ThreadHeap.FaultCapacity];
        HeapLock.EnterAsOwner(heap);
        int count = heap->FaultCount;
        for (int i = 0; i < count; i++)
        {
            faults[i] = heap->Faults[i];
        }

        heap->FaultCount = 0;
        HeapLock.ExitAsOwner(heap);

        SlabAllocator? host = HostOf(allocator);
        for (int i = 0; i < count; i++)
        {
            host?.InvalidFreeDetected?.Invoke(
                host, new InvalidFreeDetectedEventArgs(InvalidBlockKind.DoubleFree, unchecked((nint)faults[i])));
        }
    }
}
