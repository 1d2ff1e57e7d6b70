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

    /// <summary>The same in a process where the calling thread is the only one left.</summary>
    public static void ExitAlone(Reservation* reservation)
    {
        for (Allocator* allocator = First(reservation); allocator != null; allocator = allocator->NextMade)
        {
            for (ThreadHeap* heap = HeapsOf(allocator); heap != null; heap = heap->NextHeap)
            {
                // Its owner was between two stores: the block is nobody's.
                heap->LastBlock = null;
            }
        }

        Exit(reservation);
    }

    private static Allocator* First(Reservation* reservation) => (Allocator*)Atomic.LoadAcquire((void**)&reservation->Allocators);

    private static ThreadHeap* HeapsOf(Allocator* allocator) =>
        allocator->IsHeld ? (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps) : null;
}
