namespace BitSlab.Core;

/// <summary>
/// All structures of a reservation whole and unchanging, but for single bits of blocks: so that the process may fork. Whoever comes to a lock
/// meanwhile waits.
/// </summary>
/// <remarks>
/// Locks are taken in the order in which the core nests them: the round, gates, heaps, chunks, then the leaves. An allocator may be made
/// meanwhile, up to the last lock: it has no heap yet, since the layer above keeps threads from taking one.
/// </remarks>
internal static unsafe class Standstill
{
    public static void Enter(Reservation* reservation)
    {
        CoreLock.Enter(&reservation->RoundLock, &reservation->Os);
        for (Allocator* allocator = First(reservation); allocator != null; allocator = allocator->NextMade)
        {
            // The gate of a structure that serves no allocator is closed, and stays so.
            while (allocator->Number != 0 && !allocator->IsHeld)
            {
                allocator->IsHeld = CoreLock.TryEnter(&allocator->Gate);
                if (!allocator->IsHeld)
                {
                    reservation->Os.Yield();
                }
            }
        }

        for (Allocator* allocator = First(reservation); allocator != null; allocator = allocator->NextMade)
        {
            for (ThreadHeap* heap = HeapsOf(allocator); heap != null; heap = heap->NextHeap)
            {
                HeapLock.Enter(heap);
            }
        }

        for (Allocator* allocator = First(reservation); allocator != null; allocator = allocator->NextMade)
        {
            if (allocator->IsHeld)
            {
                CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            }
        }

        // Leaves: apart, since a child takes its root's under its own chunk lock, and may stand before or behind it here.
        for (Allocator* allocator = First(reservation); allocator != null; allocator = allocator->NextMade)
        {
            if (allocator->IsHeld)
            {
                CoreLock.Enter(&allocator->LadderLock, &reservation->Os);
                CoreLock.Enter(&allocator->FamilyLock, &reservation->Os);
            }
        }

        LargeRegistry.EnterAll(reservation);
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
    }

    public static void Exit(Reservation* reservation)
    {
        CoreLock.Exit(&reservation->Lock);
        LargeRegistry.ExitAll(reservation);
        for (Allocator* allocator = First(reservation); allocator != null; allocator = allocator->NextMade)
        {
            if (!allocator->IsHeld)
            {
                continue;
            }

            CoreLock.Exit(&allocator->FamilyLock);
            CoreLock.Exit(&allocator->LadderLock);
            CoreLock.Exit(&allocator->ChunkLock);
            for (ThreadHeap* heap = HeapsOf(allocator); heap != null; heap = heap->NextHeap)
            {
                HeapLock.Exit(heap);
            }

            allocator->IsHeld = false;
            CoreLock.Exit(&allocator->Gate);
        }

        CoreLock.Exit(&reservation->RoundLock);
    }

    /// <summary>
    /// The same in the child of a fork, where the calling thread is the only one left. The others took no lock for what they were doing, and
    /// stopped between any two steps of it: that is made whole, and their heaps are anyone's.
    /// </summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="token">The calling thread's token; 0 when it owns no heap.</param>
    public static void ExitAlone(Reservation* reservation, ulong token)
    {
        for (Allocator* allocator = First(reservation); allocator != null; allocator = allocator->NextMade)
        {
            if (!allocator->IsHeld)
            {
                // Nobody will complete or end it, or open its gate: as one that is gone, or the next standstill would wait there.
                allocator->Number = 0;
            }

            for (ThreadHeap* heap = HeapsOf(allocator); heap != null; heap = heap->NextHeap)
            {
                Abandon(heap, token);
            }
        }

        PushAnew(reservation);
        Exit(reservation);
    }

    private static void Abandon(ThreadHeap* heap, ulong token)
    {
        for (int c = 0; c < heap->ClassCount; c++)
        {
            // All that is ready is pushed anew.
            Atomic.Store((void**)ThreadHeap.Ready(heap, (nuint)c), null);
        }

        ulong owner = Atomic.LoadAcquire(&heap->OwnerWord);
        if (owner == token)
        {
            return;
        }

        // Its owner was between two stores: the block is nobody's, and a word may have another's first block beside it.
        heap->LastBlock = null;
        for (int c = 0; c < heap->ClassCount; c++)
        {
            ThreadHeap.Entry(heap, (nuint)c)->Word = &heap->Allocator->Reservation->ZeroWord;
        }

        // It had said that it was inside, and not yet seen the claim.
        heap->OwnerInside = 0;
        if (owner > ThreadHeap.Disposed)
        {
            Lifetime.MakeOrphan(heap, owner);
        }
    }

    // A freer that stopped owes its word's mark, its slab's push, or both: nobody would pay, and what is freed there later would never be collected.
    private static void PushAnew(Reservation* reservation)
    {
        for (nuint i = 0; i < reservation->HighWater * Layout.SlicesPerChunk; i++)
        {
            Allocator* allocator = reservation->Chunks[i / Layout.SlicesPerChunk].Allocator;
            Slab* slab = reservation->Slabs + i;
            if (allocator == null || !allocator->IsHeld || slab->Kind != (byte)SliceKind.Slab || slab->First != slab)
            {
                continue;
            }

            ulong* remote = Reservation.RemoteWords(reservation, slab);
            ulong words = 0;
            for (int w = 0; w < slab->WordCount; w++)
            {
                // Plain: the child has no other thread.
                words |= Atomic.Load(remote + w) != 0 ? 1ul << w : 0;
            }

            // Most have none: they are only read, so that the child goes on sharing the page.
            if (words != 0 || Atomic.Load(&slab->RemoteSummary) != 0)
            {
                Atomic.Store(&slab->RemoteSummary, words);
            }

            if (words != 0)
            {
                SlabLife.SetLocalOwner(slab, Slab.NoHeap);
                RemoteFree.Push(slab->Heap, slab);
            }
        }
    }

    // Acquire pairs with the release that put it into the list.
    private static Allocator* First(Reservation* reservation) => (Allocator*)Atomic.LoadAcquire((void**)&reservation->Allocators);

    // Acquire pairs with the compare-and-swap that put the heap into the list.
    private static ThreadHeap* HeapsOf(Allocator* allocator) =>
        allocator->IsHeld ? (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps) : null;
}
