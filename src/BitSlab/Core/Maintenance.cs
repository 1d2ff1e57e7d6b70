using System.Numerics;

namespace BitSlab.Core;

/// <summary>
/// What any thread may do to give an allocator's memory back: slabs whose blocks are all free are taken, also from heaps whose owners sleep;
/// of others the holes go; then free slices.
/// </summary>
internal static unsafe class Maintenance
{
    /// <summary>
    /// Gives back what can be given back now, to the OS; the caller holds the gate. Heaps of threads that are known to be dead
    /// have been orphaned before.
    /// </summary>
    /// <param name="allocator">The allocator.</param>
    /// <param name="token">The calling thread's token; 0 when it owns no heap.</param>
    /// <returns>The bytes given back to the OS.</returns>
    public static nuint Trim(Allocator* allocator, ulong token)
    {
        long before = Atomic.LoadAcquire(&allocator->Returned);
        TakeEmptySlabs(allocator, token);
        VisitSlabs(allocator, SlabStep.Trim, token);
        Chunks.Purge(allocator);

        // Acquire: in one piece. What this thread gave back it sees in any case.
        return (nuint)(Atomic.LoadAcquire(&allocator->Returned) - before);
    }

    /// <summary>
    /// One step in time: gives back what is idle since the last. The caller holds the gate. Time is counted in these steps alone.
    /// </summary>
    /// <returns>False when nothing is left that a later step might give back.</returns>
    public static bool Tick(Allocator* allocator)
    {
        TakeEmptySlabs(allocator, 0);

        // What the user wants resident stays, slabs too.
        bool slabs = VisitSlabs(allocator, allocator->Idle.Floor == 0 ? SlabStep.Tick : SlabStep.Look, 0);
        bool slices = Chunks.Tick(allocator);
        return slabs || slices;
    }

    /// <summary>
    /// Whether a later step might give something back: a slab that is not current has a free block, and so may get another one without
    /// anybody's notice; or slices lie idle. The caller holds the gate.
    /// </summary>
    public static bool HasWork(Allocator* allocator) =>
        HasOrphanToClear(allocator) || VisitSlabs(allocator, SlabStep.Look, 0) || Chunks.HasIdle(allocator);

    // Orphaned since the last step came by: its current slabs are nobody's.
    private static bool HasOrphanToClear(Allocator* allocator)
    {
        bool any = false;
        for (ThreadHeap* heap = (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps); heap != null && !any; heap = heap->NextHeap)
        {
            // Acquire pairs with the store that made it an orphan: its entries are as the thread left them.
            bool isOrphan = Atomic.LoadAcquire(&heap->OwnerWord) == ThreadHeap.Orphan;
            for (int c = 0; c < heap->ClassCount && isOrphan && !any; c++)
            {
                any = ThreadHeap.Entry(heap, (nuint)c)->Slab->Heap == heap;
            }
        }

        return any;
    }

    // Slabs whose blocks are all free, of all heaps, become free slices.
    private static void TakeEmptySlabs(Allocator* allocator, ulong token)
    {
        for (ThreadHeap* heap = (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps); heap != null; heap = heap->NextHeap)
        {
            ulong owner = Atomic.LoadAcquire(&heap->OwnerWord);
            if (owner == token && token != 0)
            {
                CollectAsOwner(heap);
            }
            else if (owner == ThreadHeap.Orphan)
            {
                // From the exact old value: of an adopter and maintenance one gets the heap. Full barrier: the plain stores
                // of the thread that orphaned it are seen.
                if (Atomic.CompareExchange(&heap->OwnerWord, ThreadHeap.Maintenance, ThreadHeap.Orphan))
                {
                    CollectAsOwner(heap);
                    Atomic.CompareExchange(&heap->OwnerWord, ThreadHeap.Orphan, ThreadHeap.Maintenance);
                }
            }
            else
            {
                TakeFromLiveOwner(heap);
            }
        }
    }

    private enum SlabStep
    {
        Look,
        Tick,
        Trim,
    }

    // All slabs of the allocator that are not current. Whether any has a free block.
    private static bool VisitSlabs(Allocator* allocator, SlabStep step, ulong token)
    {
        Reservation* reservation = allocator->Reservation;
        bool any = false;
        bool purges = step != SlabStep.Look;
        for (nuint c = 0; c < reservation->HighWater; c++)
        {
            // A hint, that saves looks: what counts is whose heap a slab belongs to.
            bool isOwn = Atomic.LoadAcquire((void**)&reservation->Chunks[c].Allocator) == allocator;
            for (int k = 0; k < Layout.SlicesPerChunk && isOwn; k++)
            {
                Slab* slab = reservation->Slabs + (c * Layout.SlicesPerChunk) + (nuint)k;
                ThreadHeap* heap = HeapOfIdle(allocator, slab);
                if (heap == null)
                {
                    continue;
                }

                any = true;
                if (step == SlabStep.Look)
                {
                    return true;
                }

                if (purges && (step == SlabStep.Trim || HasAged(slab)) && Holes.Count(reservation, slab) != 0)
                {
                    purges = TryPurge(heap, slab, token);
                }
            }
        }

        return any;
    }

    // The heap of a slab of this allocator that is not current and has a free block; null for what is none. Without a lock, for a first look.
    // Acquire pairs with the slab's birth: whoever sees it sees its fields.
    private static ThreadHeap* HeapOfIdle(Allocator* allocator, Slab* slab)
    {
        if (Atomic.LoadAcquire(&slab->Kind) != (byte)SliceKind.Slab || slab->First != slab)
        {
            return null;
        }

        // Each read once: a heap of this allocator stays one, since the gate is held. Another's may go at any time, and its lock is none of ours.
        ThreadHeap* heap = (ThreadHeap*)Atomic.Load((void**)&slab->Heap);
        uint sizeClass = slab->Class;
        bool isIdle = heap->AllocatorNumber == allocator->Number
            && sizeClass < heap->ClassCount && ThreadHeap.Entry(heap, sizeClass)->Slab != slab
            && (Atomic.LoadAcquire(&slab->InList) != 0 || HasFreeBlock(allocator->Reservation, slab));
        return isIdle ? heap : null;
    }

    private static bool HasFreeBlock(Reservation* reservation, Slab* slab)
    {
        // Remote before free, as everywhere: what is being collected is seen in one of the two.
        ulong any = 0;
        ulong* remote = Reservation.RemoteWords(reservation, slab);
        for (int w = 0; w < slab->WordCount && any == 0; w++)
        {
            any = Atomic.LoadAcquire(remote + w);
            any |= Atomic.LoadAcquire(slab->FreeWords + w);
        }

        return any != 0;
    }

    // Not current since the last step either: nobody allocates from it.
    private static bool HasAged(Slab* slab)
    {
        bool aged = slab->SeenIdle != 0;
        if (!aged)
        {
            slab->SeenIdle = 1;
        }

        return aged;
    }

    // One slab a hold. False when the OS refuses: it will not take the next either.
    private static bool TryPurge(ThreadHeap* heap, Slab* slab, ulong token)
    {
        bool asOwner = token != 0 && Atomic.LoadAcquire(&heap->OwnerWord) == token;
        if (asOwner)
        {
            HeapLock.EnterAsOwner(heap);
        }
        else
        {
            HeapLock.Enter(heap);
        }

        // Under the lock it can neither become current nor be taken, nor, being the heap's still, be another's. One that is in no list and has
        // free blocks was just born, to be current.
        bool isIdle = Collection.IsOwn(heap, slab) && ThreadHeap.Entry(heap, slab->Class)->Slab != slab
            && (slab->InList != 0 || !SlabLife.HasFreeBlock(slab));
        bool goOn = !isIdle || Holes.Purge(heap->Allocator->Reservation, slab);
        if (asOwner)
        {
            HeapLock.ExitAsOwner(heap);
        }
        else
        {
            HeapLock.Exit(heap);
        }

        return goOn;
    }

    /// <summary>Collects everything and gives up all current slabs: the empty ones go.</summary>
    public static void CollectAsOwner(ThreadHeap* heap)
    {
        HeapLock.EnterAsOwner(heap);
        Slab* empty = Collection.GiveUpAll(heap);
        HeapLock.ExitAsOwner(heap);
        SlabLife.ReturnChain(heap->Allocator, empty);
    }

    /// <summary>
    /// With a live owner nothing is drained into the free words: a local free takes no lock, and one of the two would be lost.
    /// Slabs are popped, counted, and taken when all their blocks are free; else they go back, their summary untouched.
    /// </summary>
    public static void TakeFromLiveOwner(ThreadHeap* heap)
    {
        for (int c = 0; c < heap->ClassCount; c++)
        {
            TakeFromLiveOwner(heap, (uint)c);
        }
    }

    private static void TakeFromLiveOwner(ThreadHeap* heap, uint sizeClass)
    {
        if (!Collection.IsReady(heap, sizeClass) || !HeapLock.TryEnter(heap))
        {
            return;
        }

        Reservation* reservation = heap->Allocator->Reservation;
        Slab* empty = null;

        // Acquire pairs with the pushes.
        Slab* slab = (Slab*)Atomic.Exchange((void**)ThreadHeap.Ready(heap, sizeClass), null);
        while (slab != null)
        {
            Slab* next = (Slab*)Atomic.LoadAcquire((void**)&slab->ReadyNext);
            if (Collection.IsOwn(heap, slab)
                && ThreadHeap.Entry(heap, slab->Class)->Slab != slab && IsWholeWithRemote(reservation, slab))
            {
                empty = Collection.Detach(heap, slab, empty);
                ClearRemote(heap, slab);
            }
            else
            {
                RemoteFree.Push(heap, slab);
            }

            slab = next;
        }

        HeapLock.Exit(heap);
        SlabLife.ReturnChain(heap->Allocator, empty);
    }

    // A remote bit counts only under a set summary bit of a slab that this thread popped: its freer is past word, summary and
    // push. One without may have its freer still on the way to the summary.
    private static bool IsWholeWithRemote(Reservation* reservation, Slab* slab)
    {
        ulong* remote = Reservation.RemoteWords(reservation, slab);
        ulong summary = Atomic.LoadAcquire(&slab->RemoteSummary);
        for (int w = 0; w < slab->WordCount; w++)
        {
            // Remote before free. Acquire pairs with the owner's release: who sees the slab whole sees its owner done with it.
            ulong seen = Atomic.LoadAcquire(remote + w);
            if (seen != 0 && ((summary >> w) & 1) == 0)
            {
                return false;
            }

            ulong free = Atomic.LoadAcquire(slab->FreeWords + w);
            if ((seen | free) != Slab.ValidBits(slab->BlockCount, w))
            {
                return false;
            }
        }

        return true;
    }

    private static void ClearRemote(ThreadHeap* heap, Slab* slab)
    {
        ulong* remote = Reservation.RemoteWords(heap->Allocator->Reservation, slab);

        // Full barrier: summary before words, as in Collection.
        ulong words = Atomic.Exchange(&slab->RemoteSummary, 0);
        while (words != 0)
        {
            int w = BitOperations.TrailingZeroCount(words);
            words &= words - 1;

            // Acquire: the freers' payloads are done before the pages are used again. What came since the count is a double free.
            ulong taken = Atomic.Exchange(remote + w, 0);
            Collection.RecordFaults(heap, slab, w, taken & Atomic.LoadAcquire(slab->FreeWords + w));
        }
    }
}
