namespace BitSlab.Core;

/// <summary>
/// How a thread heap comes by its size classes, and changes to newer ones: by its owner, in a call that leaves the fast path. Slabs of block sizes
/// that stay go on; the others serve no allocation any more, and go when they are empty.
/// </summary>
internal static unsafe class LadderChange
{
    /// <summary>Has the heaps of an allocator change, each in its own time.</summary>
    public static void Publish(Allocator* allocator, SizeLadder* ladder)
    {
        CoreLock.Enter(&allocator->LadderLock, &allocator->Reservation->Os);
        allocator->Ladder = *ladder;
        Atomic.StoreRelease(&allocator->LadderNumber, allocator->LadderNumber + 1);
        CoreLock.Exit(&allocator->LadderLock);
    }

    /// <summary>Whether the allocator has a newer ladder. A change that is not seen yet is seen another time: what counts is read under its lock.</summary>
    public static bool IsDue(ThreadHeap* heap) => Atomic.LoadAcquire(&heap->Allocator->LadderNumber) != heap->LadderNumber;

    /// <summary>Gives a heap the allocator's ladder. The heap has no slabs, or its lock is held.</summary>
    public static void CopyLadder(ThreadHeap* heap)
    {
        Allocator* allocator = heap->Allocator;
        CoreLock.Enter(&allocator->LadderLock, &allocator->Reservation->Os);
        ThreadHeap.SetLadder(heap, &allocator->Ladder);
        heap->LadderNumber = allocator->LadderNumber;
        CoreLock.Exit(&allocator->LadderLock);
    }

    /// <summary>Changes to the allocator's newest ladder, if there is a newer one. On the owner's thread; no lock is held.</summary>
    public static void AdoptIfDue(ThreadHeap* heap)
    {
        if (!IsDue(heap))
        {
            return;
        }

        HeapLock.EnterAsOwner(heap);

        // No slab is current behind this, so that each stands in a ring or is full.
        Slab* empty = Collection.GiveUpAll(heap);
        CopyLadder(heap);
        for (int c = 0; c < heap->ClassCount; c++)
        {
            *ThreadHeap.WithRoom(heap, (nuint)c) = null;
        }

        ClassifySlabs(heap);
        HeapLock.ExitAsOwner(heap);
        SlabLife.ReturnChain(heap->Allocator, empty);

        // What was current has room that nobody may want for long. Behind the link, as where a free links a slab.
        Rounds.EnsureTimer(heap->Allocator->Reservation);
    }

    /// <summary>
    /// At the limit: a block of a slab that stands for no class any more, large and aligned enough for a class. Null when there is none. On the owner's thread.
    /// </summary>
    public static void* TakeFormer(ThreadHeap* heap, uint sizeClass)
    {
        uint last = (uint)heap->ClassCount - 1;
        if (heap->LadderCount == heap->ClassCount || *ThreadHeap.WithRoom(heap, last) == null)
        {
            return null;
        }

        // The class was found for some alignment, and is a multiple of it: so is what is a multiple of the largest power of two in the class.
        uint size = ThreadHeap.BlockSizes(heap)[sizeClass];
        uint alignment = size & (~size + 1);
        void* block = null;
        HeapLock.EnterAsOwner(heap);
        Slab* first = *ThreadHeap.WithRoom(heap, last);
        Slab* slab = first;
        while (slab != null && block == null)
        {
            if (slab->BlockSize >= size && (slab->BlockSize & (alignment - 1)) == 0
                && Holes.TryFill(heap->Allocator->Reservation, slab))
            {
                block = TakeAny(heap, slab);
            }

            slab = slab->Next == first ? null : slab->Next;
        }

        HeapLock.ExitAsOwner(heap);
        return block;
    }

    // Under the lock. The slab stays in its ring, full or not, and is not current.
    private static void* TakeAny(ThreadHeap* heap, Slab* slab)
    {
        for (int w = 0; w < slab->WordCount; w++)
        {
            ulong free = Atomic.Load(slab->FreeWords + w);
            if (free != 0)
            {
                uint index = ((uint)w << 6) + (uint)Bits.LowestSet(free);

                // Plain: only the owner writes the word, as in LocalAlloc.TryTake.
                Atomic.Store(slab->FreeWords + w, free & (free - 1));
                slab->Untouched = uint.Max(slab->Untouched, index + 1);
                return Reservation.AddressOf(heap->Allocator->Reservation, slab) + ((nuint)index * slab->BlockSize);
            }
        }

        return null;
    }

    // All slabs of the heap, full ones too, which stand in no ring. Under the heap's lock none comes and none goes. A slab on a ready stack stays
    // on that of its former class: who collects a class's stack asks no slab for its class, and before a new slab is cut all are collected.
    private static void ClassifySlabs(ThreadHeap* heap)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        for (nuint c = 0; c < reservation->HighWater; c++)
        {
            // A hint that saves looks: what counts is whose heap a slab belongs to.
            bool isOwn = Atomic.LoadAcquire((void**)&reservation->Chunks[c].Allocator) == heap->Allocator;
            for (int k = 0; k < Layout.SlicesPerChunk && isOwn; k++)
            {
                // Acquire pairs with the slab's birth: whoever sees it sees whose it is.
                Slab* slab = reservation->Slabs + (c * Layout.SlicesPerChunk) + (nuint)k;
                if (Atomic.LoadAcquire(&slab->Kind) != (byte)SliceKind.Slab || !Collection.IsOwn(heap, slab))
                {
                    continue;
                }

                slab->Class = (ushort)ClassFor(heap, slab->BlockSize);
                if (slab->InList != 0)
                {
                    ThreadHeap.Link(heap, slab);
                }
            }
        }
    }

    private static uint ClassFor(ThreadHeap* heap, uint blockSize)
    {
        uint last = (uint)heap->ClassCount - 1;
        ushort* sizes = ThreadHeap.BlockSizes(heap);
        if (blockSize > sizes[heap->LadderCount - 1])
        {
            return last;
        }

        uint sizeClass = ThreadHeap.ClassOf(heap, blockSize);
        return sizes[sizeClass] == blockSize ? sizeClass : last;
    }
}
