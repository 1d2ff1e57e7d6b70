using System.Numerics;

namespace BitSlab.Core;

/// <summary>The owner takes in what other threads freed: ready stack, summary, words, in this order.</summary>
internal static unsafe class Collection
{
    /// <summary>
    /// Collects what is ready of one class, and gives slabs that became empty back; false when nothing was. On the owner's thread, or by who
    /// claimed the heap.
    /// </summary>
    public static bool Run(ThreadHeap* heap, uint sizeClass)
    {
        // A push that is missed now is collected next time.
        if (!IsReady(heap, sizeClass))
        {
            return false;
        }

        HeapLock.EnterAsOwner(heap);
        Slab* empty = Drain(heap, sizeClass, null);
        HeapLock.ExitAsOwner(heap);
        SlabLife.ReturnChain(heap->Allocator, empty);
        return true;
    }

    /// <summary>The same for all classes.</summary>
    public static bool RunAll(ThreadHeap* heap)
    {
        bool any = false;
        for (int c = 0; c < heap->ClassCount; c++)
        {
            any |= Run(heap, (uint)c);
        }

        return any;
    }

    /// <summary>Whether a slab of a class waits to be collected. Acquire pairs with the push.</summary>
    public static bool IsReady(ThreadHeap* heap, uint sizeClass) =>
        Atomic.LoadAcquire((void**)ThreadHeap.Ready(heap, sizeClass)) != null;

    /// <summary>Collects under the lock; slabs that became empty are made invalid and put before <paramref name="chain"/>.</summary>
    public static Slab* Drain(ThreadHeap* heap, uint sizeClass, Slab* chain)
    {
        // Acquire pairs with the pushes: links and bits of all that is popped are visible.
        Slab* slab = (Slab*)Atomic.Exchange((void**)ThreadHeap.Ready(heap, sizeClass), null);
        while (slab != null)
        {
            // Before the summary: from then on a freer may push the slab again, and write its link.
            Slab* next = (Slab*)Atomic.LoadAcquire((void**)&slab->ReadyNext);
            if (IsOwn(heap, slab))
            {
                DrainSlab(heap, slab);
                chain = Settle(heap, slab, chain);
            }
            else
            {
                Misplaced(heap, slab);
            }

            slab = next;
        }

        return chain;
    }

    /// <summary>
    /// Makes a slab invalid and chains it if all its blocks are free and no freer is on its way. Under the lock; the slab
    /// is the heap's and not current.
    /// </summary>
    public static Slab* TakeIfEmpty(ThreadHeap* heap, Slab* slab, Slab* chain)
    {
        if (!SlabLife.IsWhole(slab) || SlabLife.HasRemoteBits(heap->Allocator->Reservation, slab))
        {
            return chain;
        }

        return Detach(heap, slab, chain);
    }

    /// <summary>Takes a slab whose blocks are all free off its list, makes it invalid, and puts it before the chain. Under the lock.</summary>
    public static Slab* Detach(ThreadHeap* heap, Slab* slab, Slab* chain)
    {
        if (slab->InList != 0)
        {
            ThreadHeap.Unlink(heap, slab);
        }

        SlabLife.Invalidate(slab, SliceKind.FreedSlab);
        slab->Next = chain;
        return slab;
    }

    /// <summary>
    /// Leaves a class without a current slab; the one that was is chained if it is empty, and else as any other. Under the lock, by the owner.
    /// </summary>
    public static Slab* GiveUpCurrent(ThreadHeap* heap, uint sizeClass, Slab* chain)
    {
        Slab* slab = ThreadHeap.Entry(heap, sizeClass)->Slab;
        if (slab->Heap != heap)
        {
            return chain;
        }

        // Current, and so in no list, whatever it says.
        ThreadHeap.DropCurrent(heap, sizeClass);
        slab->InList = 0;
        SlabLife.SetWhole(slab, notice: true);
        Slab* taken = TakeIfEmpty(heap, slab, chain);
        if (taken == chain && SlabLife.HasFreeBlock(slab))
        {
            slab->InList = 1;
            ThreadHeap.Link(heap, slab);
        }

        return taken;
    }

    /// <summary>
    /// Collects everything and gives up all current slabs: the empty ones are chained, the others are as any with room. Under the lock, by the owner.
    /// </summary>
    public static Slab* GiveUpAll(ThreadHeap* heap)
    {
        Slab* chain = null;
        for (int c = 0; c < heap->ClassCount; c++)
        {
            chain = Drain(heap, (uint)c, chain);
            chain = GiveUpCurrent(heap, (uint)c, chain);
        }

        return chain;
    }

    /// <summary>Records a misuse that only the collection saw, until the owner hears of it. Under the lock.</summary>
    public static void RecordFault(ThreadHeap* heap, void* block)
    {
        Atomic.Add(&heap->Allocator->InvalidFrees, 1);
        int count = heap->FaultCount;
        if (count < ThreadHeap.FaultCapacity)
        {
            heap->Faults[count] = (ulong)block;

            // Release: who sees the count sees the fault.
            Atomic.StoreRelease(&heap->FaultCount, count + 1);
        }
    }

    private static void DrainSlab(ThreadHeap* heap, Slab* slab)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        ulong* remote = Reservation.RemoteWords(reservation, slab);

        // The owner's frees may take the fast path again, unless a bit stands afterwards: a freer that marks after this sees
        // its own mark kept, one that marked before is found by the second look at the words. The exchange behind it is the
        // full barrier between this store and that look.
        SlabLife.SetLocalOwner(slab, heap);

        // Summary before words: a bit that comes after its word was taken raises the summary anew, and is pushed anew.
        ulong words = Atomic.Exchange(&slab->RemoteSummary, 0);
        while (words != 0)
        {
            int w = BitOperations.TrailingZeroCount(words);
            words &= words - 1;

            DrainWord(heap, slab, w, remote + w);
        }

        // Behind the exchange: a bit set before the owner was let in again is seen.
        for (int w = 0; w < slab->WordCount; w++)
        {
            if (Atomic.LoadAcquire(remote + w) != 0)
            {
                SlabLife.SetLocalOwner(slab, Slab.NoHeap);
                return;
            }
        }
    }

    // Free before remote is emptied: a block that is on its way from one word to the other is seen as free by everybody.
    private static void DrainWord(ThreadHeap* heap, Slab* slab, int w, ulong* remote)
    {
        ulong taken = 0;
        ulong seen;
        do
        {
            // Acquire: the freer's payload is done before the block is used again.
            seen = Atomic.LoadAcquire(remote);
            ulong freed = seen & ~taken;
            taken |= seen;

            ulong free = Atomic.Load(slab->FreeWords + w);
            ulong wrong = freed & (free | ~Slab.ValidBits(slab->BlockCount, w));
            if (wrong != 0)
            {
                RecordFaults(heap, slab, w, wrong);
                freed &= ~wrong;
            }

            if (freed != 0)
            {
                // Release: who sees the slab whole may take it away.
                Atomic.StoreRelease(slab->FreeWords + w, free | freed);
            }
        }
        while (!Atomic.CompareExchange(remote, 0, seen));
    }

    // A slab that has room again is linked, an empty one taken, unless it is current. Under the lock.
    private static Slab* Settle(ThreadHeap* heap, Slab* slab, Slab* chain)
    {
        if (ThreadHeap.Entry(heap, slab->Class)->Slab == slab)
        {
            return chain;
        }

        Slab* taken = TakeIfEmpty(heap, slab, chain);
        if (taken == chain && slab->InList == 0)
        {
            slab->InList = 1;
            ThreadHeap.Link(heap, slab);
        }

        return taken;
    }

    // Only a misuse in flight while its slab was given back and cut anew leads here: a bit that came late pushed the slab onto
    // its former owner's stack. What stands there now gets the mark, and what stands nowhere is dropped.
    private static void Misplaced(ThreadHeap* heap, Slab* slab)
    {
        RecordFault(heap, null);
        ulong words = Atomic.Exchange(&slab->RemoteSummary, 0);
        if (slab->Kind != (byte)SliceKind.Slab)
        {
            ClearStrayBits(heap->Allocator->Reservation, slab, words);
            return;
        }

        Slab* first = slab->First;

        // Full barrier, as in RemoteFree: the summary before the push.
        if (Atomic.Or(&first->RemoteSummary, words) == 0)
        {
            RemoteFree.Push(first->Heap, first);
        }
    }

    private static void ClearStrayBits(Reservation* reservation, Slab* slice, ulong words)
    {
        // The words stay with the slice until its chunk goes.
        int count = SlabLife.AreaWords(slice);
        for (int w = 0; w < count; w++)
        {
            if (((words >> w) & 1) != 0)
            {
                // Atomic: another misuse may set a bit at the same time.
                Atomic.Exchange((ulong*)((byte*)SlabLife.AreaOf(reservation, slice) + reservation->RemoteDistance) + w, 0);
            }
        }
    }

    /// <summary>Whether a popped slab is a slab of this heap still. Not so only after a misuse in flight.</summary>
    public static bool IsOwn(ThreadHeap* heap, Slab* slab) =>
        slab->Kind == (byte)SliceKind.Slab && slab->First == slab && Atomic.Load((void**)&slab->Heap) == heap;

    /// <summary>Records blocks of one word that were freed twice.</summary>
    public static void RecordFaults(ThreadHeap* heap, Slab* slab, int w, ulong wrong)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        byte* start = Reservation.AddressOf(reservation, slab);
        while (wrong != 0)
        {
            int bit = BitOperations.TrailingZeroCount(wrong);
            wrong &= wrong - 1;
            RecordFault(heap, start + ((nuint)((w << 6) + bit) * slab->BlockSize));
        }
    }
}
