namespace BitSlab.Core;

/// <summary>The beginning and the end of allocators and thread heaps, and the end of all blocks at once.</summary>
internal static unsafe class Lifetime
{
    /// <summary>Makes an allocator structure; null when memory is refused.</summary>
    public static Allocator* CreateAllocator(Reservation* reservation)
    {
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        ulong number = ++reservation->LastAllocatorNumber;
        Allocator* allocator = reservation->FreeAllocators;
        if (allocator != null)
        {
            reservation->FreeAllocators = allocator->NextFree;
        }

        CoreLock.Exit(&reservation->Lock);
        if (allocator == null)
        {
            allocator = (Allocator*)Reservation.AllocateStructure(reservation, (nuint)sizeof(Allocator));
            if (allocator == null)
            {
                return null;
            }

            // Closed, as that of one that is used again.
            allocator->Gate = 1;
            CoreLock.Enter(&reservation->Lock, &reservation->Os);
            allocator->NextMade = reservation->Allocators;

            // Release: whoever finds the structure finds its link.
            Atomic.StoreRelease((void**)&reservation->Allocators, allocator);
            CoreLock.Exit(&reservation->Lock);
        }

        // The gate of a structure that is used again is closed since its last allocator's end, and stays so until this one is
        // complete: maintenance may be on its way there.
        Allocator.Clear(allocator);
        allocator->Reservation = reservation;
        allocator->Number = number;
        allocator->Root = allocator;
        allocator->SoftLimit = long.MaxValue;
        allocator->Limit = long.MaxValue;
        CoreLock.Exit(&allocator->Gate);
        return allocator;
    }

    /// <summary>Makes a heap for a thread and appends it to the allocator's; null with the reason when refused.</summary>
    public static ThreadHeap* CreateHeap(Allocator* allocator, ulong token, ThreadHeap* recycled, AllocStatus* status)
    {
        nuint bytes = ThreadHeap.Bytes(allocator->ClassCount);
        ThreadHeap* heap = recycled;
        *status = AllocStatus.LimitReached;
        if (Permits.TryTake(allocator, (long)bytes))
        {
            *status = AllocStatus.Ok;
            if (heap == null)
            {
                heap = (ThreadHeap*)Reservation.AllocateStructure(allocator->Reservation, bytes);
            }
        }

        if (heap == null || *status != AllocStatus.Ok)
        {
            if (*status == AllocStatus.Ok)
            {
                *status = AllocStatus.OutOfMemory;
                Permits.Return(allocator, (long)bytes);
            }
            else if (recycled != null)
            {
                Recycle(allocator->Reservation, recycled);
            }

            return null;
        }

        // A counter: atomic so that none is lost; it orders nothing.
        Atomic.Add(&allocator->HeapBytes, (long)bytes);
        heap->Allocator = allocator;
        heap->ClassCount = allocator->ClassCount;
        heap->DirectLimit = allocator->DirectLimit;
        heap->MaxManaged = allocator->MaxManaged;
        heap->AllocatorNumber = allocator->Number;
        heap->FaultCount = 0;
        heap->LastOwner = 0;
        heap->OwnerInside = 0;
        heap->Claim = 0;
        heap->BurstLeft = allocator->BurstLength;
        LadderChange.CopyLadder(heap);
        ThreadHeap.PointAtNothing(heap);

        // Release: whoever finds the heap finds it complete.
        Atomic.StoreRelease(&heap->OwnerWord, token);
        void** head = (void**)&allocator->Heaps;
        void* seen;

        // A plain link: the compare-and-swap, a full barrier, makes it visible with the head. Acquire: the heap it leads to is complete.
        do
        {
            seen = Atomic.LoadAcquire(head);
            Atomic.Store((void**)&heap->NextHeap, seen);
        }
        while (!Atomic.CompareExchange(head, heap, seen));

        return heap;
    }

    /// <summary>Takes an orphaned heap, or none: a whole heap, never its slabs into another, since pushes may be in flight to it.</summary>
    public static ThreadHeap* AdoptOrphan(Allocator* allocator, ulong token)
    {
        for (ThreadHeap* heap = (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps); heap != null; heap = heap->NextHeap)
        {
            // From the exact old value; a full barrier, behind which the former owner's plain stores are seen.
            if (Atomic.LoadAcquire(&heap->OwnerWord) == ThreadHeap.Orphan
                && Atomic.CompareExchange(&heap->OwnerWord, token, ThreadHeap.Orphan))
            {
                if (allocator->BurstLength != 0)
                {
                    // The timer saw nobody to sample, and may have stopped.
                    Rounds.EnsureTimer(allocator->Reservation);
                }

                return heap;
            }
        }

        return null;
    }

    /// <summary>Marks the heap of a thread that ended. False when it is that thread's no longer. Full barrier.</summary>
    public static bool MakeOrphan(ThreadHeap* heap, ulong token) =>
        Atomic.CompareExchange(&heap->OwnerWord, ThreadHeap.Orphan, token);

    /// <summary>Frees every block at once; the caller holds the gate, and nobody else is inside a call on the allocator.</summary>
    public static void FreeAll(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        for (ThreadHeap* heap = allocator->Heaps; heap != null; heap = heap->NextHeap)
        {
            // Without its lock: nobody is inside a call, and the gate keeps maintenance away.
            ThreadHeap.PointAtNothing(heap);
        }

        // Later fast paths on any thread see the zero word, before any of the slices can be cut anew.
        reservation->Os.ProcessBarrier();

        for (Chunk* chunk = allocator->FirstChunk; chunk != null; chunk = chunk->Next)
        {
            InvalidateChunk(allocator, chunk);
        }

        WordArena.Clear(allocator);
        Chunks.ReturnAll(allocator);
        LargeBlock large;
        LargeSweep sweep = default;
        while (LargeRegistry.TakeNext(reservation, allocator, &sweep, &large))
        {
            LargeBlocks.FreeOutside(reservation, large);
        }
    }

    /// <summary>Ends an allocator: all blocks, all heaps, all chunks. The caller holds the gate, which ends with it.</summary>
    public static void DestroyAllocator(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        allocator->Number = 0;
        FreeAll(allocator);
        Chunks.Purge(allocator);

        ThreadHeap* heap = allocator->Heaps;
        allocator->Heaps = null;
        while (heap != null)
        {
            ThreadHeap* next = heap->NextHeap;
            heap->AllocatorNumber = 0;

            // Full barrier: the thread that ends, and makes its heaps orphans by compare-and-swap, finds this one no longer its own.
            heap->LastOwner = Atomic.Exchange(&heap->OwnerWord, ThreadHeap.Disposed);
            Recycle(reservation, heap);
            heap = next;
        }

        if (allocator->Parent != null)
        {
            // The heaps' permits; all others have returned.
            Permits.Return(allocator, Atomic.LoadAcquire(&allocator->Committed));
            Atomic.Add(&allocator->Parent->Children, -1);
        }

        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        allocator->NextFree = reservation->FreeAllocators;
        reservation->FreeAllocators = allocator;
        CoreLock.Exit(&reservation->Lock);
    }

    /// <summary>Takes the longest disposed heap structure off the queue; null when there is none.</summary>
    public static ThreadHeap* TakeRecycled(Reservation* reservation)
    {
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        ThreadHeap* heap = reservation->RecycledFirst;
        if (heap != null)
        {
            reservation->RecycledFirst = heap->NextHeap;
            if (heap->NextHeap == null)
            {
                reservation->RecycledLast = null;
            }
        }

        CoreLock.Exit(&reservation->Lock);
        return heap;
    }

    /// <summary>Puts a disposed heap structure at the end of the queue.</summary>
    public static void Recycle(Reservation* reservation, ThreadHeap* heap)
    {
        heap->NextHeap = null;
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        if (reservation->RecycledLast != null)
        {
            reservation->RecycledLast->NextHeap = heap;
        }
        else
        {
            reservation->RecycledFirst = heap;
        }

        reservation->RecycledLast = heap;
        CoreLock.Exit(&reservation->Lock);
    }

    private static void InvalidateChunk(Allocator* allocator, Chunk* chunk)
    {
        Reservation* reservation = allocator->Reservation;
        Slab* slices = reservation->Slabs + ((nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk);
        for (int i = 0; i < Layout.SlicesPerChunk; i++)
        {
            // The arena is cleared as a whole.
            slices[i].Area = 0;
        }

        int k = 0;
        while (k < Layout.SlicesPerChunk)
        {
            Slab* first = slices + k;
            if (first->Kind != (byte)SliceKind.Slab && first->Kind != (byte)SliceKind.Large)
            {
                k++;
                continue;
            }

            if (first->Kind == (byte)SliceKind.Slab && first->PurgedCount != 0)
            {
                // The slices go as a whole, with the permits of whole slices.
                Permits.Force(allocator, Holes.Forget(reservation, first));
            }

            if (first->Kind == (byte)SliceKind.Slab && first->RemoteSummary != 0)
            {
                ulong* remote = Reservation.RemoteWords(reservation, first);
                for (int w = 0; w < first->WordCount; w++)
                {
                    remote[w] = 0;
                }

                first->RemoteSummary = 0;
            }

            SlabLife.Invalidate(first, SliceKind.Stale);
            k += first->SliceCount;
        }
    }
}
