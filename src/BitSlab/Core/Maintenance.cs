using System.Numerics;

namespace BitSlab.Core;

/// <summary>What any thread may do to give memory back: take slabs whose blocks are all free from heaps whose owners sleep.</summary>
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

        Chunks.Purge(allocator);
        return (nuint)(Atomic.LoadAcquire(&allocator->Returned) - before);
    }

    /// <summary>Whether nobody calls <see cref="Tick"/>.</summary>
    public static bool IsTimerStopped(Reservation* reservation) => Atomic.LoadAcquire(&reservation->TimerRuns) == 0;

    /// <summary>Starts the timer if it does not run. No lock is held but, where a call came from there, the gate.</summary>
    public static void StartTimer(Reservation* reservation)
    {
        if (IsTimerStopped(reservation) && Atomic.CompareExchange(&reservation->TimerRuns, 1, 0))
        {
            reservation->Os.StartTimer();
        }
    }

    /// <summary>The timer that was to be started did not start.</summary>
    public static void TimerFailed(Reservation* reservation) => Atomic.StoreRelease(&reservation->TimerRuns, 0);

    /// <summary>One round of maintenance: memory that lay idle since the last goes back to the OS.</summary>
    /// <returns>False when nothing is left to wait for: the timer stops.</returns>
    public static bool Tick(Reservation* reservation)
    {
        if (!CoreLock.TryEnter(&reservation->RoundLock))
        {
            return true;
        }

        bool goOn = Visit(reservation, tick: true);
        if (!goOn)
        {
            // Stopped before the last look, which takes each allocator's chunk lock: whoever leaves something idle behind that look
            // sees, under the same lock, that the timer stands, and starts it. Full barrier, though the locks would do.
            Atomic.CompareExchange(&reservation->TimerRuns, 0, 1);
            goOn = Visit(reservation, tick: false) && Atomic.CompareExchange(&reservation->TimerRuns, 1, 0);
        }

        CoreLock.Exit(&reservation->RoundLock);
        return goOn;
    }

    // All allocators that have chunks, each once. Whether any has, or may have, something idle.
    private static bool Visit(Reservation* reservation, bool tick)
    {
        bool any = false;
        int round = ++reservation->Round;
        for (nuint i = 0; i < reservation->HighWater; i++)
        {
            // The structure is never unmapped, and its gate is open only while an allocator lives in it: whichever it is, it may be visited.
            Allocator* allocator = (Allocator*)Atomic.LoadAcquire((void**)&reservation->Chunks[i].Allocator);
            if (allocator == null || allocator->LastRound == round)
            {
                continue;
            }

            if (!CoreLock.TryEnter(&allocator->Gate))
            {
                any = true;
                continue;
            }

            allocator->LastRound = round;
            any |= tick ? Chunks.Tick(allocator) : Chunks.HasIdle(allocator);
            CoreLock.Exit(&allocator->Gate);
        }

        return any;
    }

    /// <summary>Collects everything and gives up current slabs that are empty, too.</summary>
    public static void CollectAsOwner(ThreadHeap* heap)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        HeapLock.EnterAsOwner(heap);
        Slab* empty = null;
        for (int c = 0; c < heap->ClassCount; c++)
        {
            empty = Collection.Drain(heap, (uint)c, empty);
            Slab* slab = ThreadHeap.Entry(heap, (nuint)c)->Slab;
            if (slab->Heap != heap || !SlabLife.IsWhole(slab) || SlabLife.HasRemoteBits(reservation, slab))
            {
                continue;
            }

            ThreadHeap.DropCurrent(heap, (nuint)c);

            // Current, and so in no list, whatever it says.
            slab->InList = 0;
            empty = Collection.Detach(heap, slab, empty);
        }

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
