using BitSlab.Platform;

namespace BitSlab.Core;

/// <summary>
/// A thread heap's lock. Its owner takes it at each turn from one slab to the next, others nearly never: so the owner pays two plain
/// stores and a load for it, and the others a process-wide barrier. Who claimed an orphaned heap is its owner here, too.
/// </summary>
/// <remarks>
/// The owner says that it is inside, then looks for a claim; the others claim, then have a barrier run on every thread, then look whether
/// the owner is inside. If the owner's look came before the claim, its store before that look is out by the end of the barrier.
/// </remarks>
internal static unsafe class HeapLock
{
    public static void EnterAsOwner(ThreadHeap* heap)
    {
        while (true)
        {
            // In this order in the code; the processor may turn them round, but not across the others' barrier.
            Atomic.StoreRelease(&heap->OwnerInside, 1);
            if (Atomic.LoadAcquire(&heap->Claim) == 0)
            {
                return;
            }

            // Release: nothing was done inside, yet what was done before stays before.
            Atomic.StoreRelease(&heap->OwnerInside, 0);
            CoreLock.Enter(&heap->Claim, &heap->Allocator->Reservation->Os);
            CoreLock.Exit(&heap->Claim);
        }
    }

    // Release: the next one inside sees what was written here.
    public static void ExitAsOwner(ThreadHeap* heap) => Atomic.StoreRelease(&heap->OwnerInside, 0);

    /// <summary>By another than the owner; false when somebody is inside.</summary>
    public static bool TryEnter(ThreadHeap* heap)
    {
        if (!CoreLock.TryEnter(&heap->Claim))
        {
            return false;
        }

        heap->Allocator->Reservation->Os.ProcessBarrier();

        // Acquire pairs with the owner's exit.
        if (Atomic.LoadAcquire(&heap->OwnerInside) == 0)
        {
            return true;
        }

        CoreLock.Exit(&heap->Claim);
        return false;
    }

    /// <summary>By another than the owner; waits while the owner is inside: for tens of instructions, or for a look at all slabs when its classes change.</summary>
    public static void Enter(ThreadHeap* heap)
    {
        OsPrimitives* os = &heap->Allocator->Reservation->Os;
        CoreLock.Enter(&heap->Claim, os);
        os->ProcessBarrier();

        // From here on the owner finds the claim. Acquire pairs with its exit.
        while (Atomic.LoadAcquire(&heap->OwnerInside) != 0)
        {
            os->Yield();
        }
    }

    public static void Exit(ThreadHeap* heap) => CoreLock.Exit(&heap->Claim);
}
