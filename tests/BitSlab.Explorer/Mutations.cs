using System.Collections.Generic;

namespace BitSlab.Explorer;

/// <summary>
/// Every rule and barrier between threads that the explorer can express, taken out one by one. Not among them: the order of
/// loads, which are done in program order here; stores that a later update or the lock orders anyway; and plain stores, which
/// are seen at once.
/// </summary>
internal static partial class Mutations
{
    public static IEnumerable<Mutation> All => [.. Frees, .. Collections, .. Owners, .. HolesAndTimer, .. LaddersAndBursts, .. EventQueues];

    /// <summary>Frees by other threads and by the owner.</summary>
    private static Mutation[] Frees =>
    [
        new(
            "Remote free: the word by load and store",
            "RemoteFree.cs",
            "ulong old = Atomic.Or(Reservation.RemoteWords(reservation, first) + w, mask);",
            """
            ulong old = Atomic.LoadAcquire(Reservation.RemoteWords(reservation, first) + w);
            Atomic.StoreRelease(Reservation.RemoteWords(reservation, first) + w, old | mask);
            """,
            "TwoFreersOfOneWord",
            "Two frees of one word at once: one is lost."),
        new(
            "Remote free: the payload not before the bit",
            "RemoteFree.cs",
            "ulong old = Atomic.Or(",
            "ulong old = Atomic.OrWithoutBarrier(",
            "TwoFreersOfOneWord",
            "The block is handed out, and then its last holder's stores arrive in it."),
        new(
            "Remote free: the summary by load and store",
            "RemoteFree.cs",
            "if (old == 0 && Atomic.Or(&first->RemoteSummary, 1ul << w) == 0)",
            """
            ulong summary = old == 0 ? Atomic.LoadAcquire(&first->RemoteSummary) : 1;
            if (old == 0)
            {
                Atomic.StoreRelease(&first->RemoteSummary, summary | (1ul << w));
            }

            if (summary == 0)
            """,
            "FreersOfTwoWords",
            "Both push, or the bit of one is lost."),
        new(
            "Remote free: pushed though the summary was not empty",
            "RemoteFree.cs",
            "if (old == 0 && Atomic.Or(&first->RemoteSummary, 1ul << w) == 0)",
            "if (old == 0 && Atomic.Or(&first->RemoteSummary, 1ul << w) != ulong.MaxValue)",
            "FreersOfTwoWords",
            "Rule 2: pushed twice, the stack is cyclic."),
        new(
            "Remote free: never pushed",
            "RemoteFree.cs",
            "if (old == 0 && Atomic.Or(&first->RemoteSummary, 1ul << w) == 0)",
            "if (old == 0 && Atomic.Or(&first->RemoteSummary, 1ul << w) == ulong.MaxValue)",
            "TwoFreersOfOneWord",
            "Rule 2: nobody collects."),
        new(
            "Remote free: the summary by all, not by who found the word empty",
            "RemoteFree.cs",
            "if (old == 0 && Atomic.Or",
            "if (Atomic.Or",
            "TwoFreersOfOneWord",
            "Rule 3: the second freer's block may be collected, and its slab gone, before it comes to the summary."),
        new(
            "Remote free: the summary before the word",
            "RemoteFree.cs",
            "        ulong old = Atomic.Or(Reservation.RemoteWords(reservation, first) + w, mask);",
            """
                    bool push = Atomic.Or(&first->RemoteSummary, 1ul << w) == 0;
                    if (push)
                    {
                        Push(first->Heap, first);
                    }

                    ulong old = Atomic.Or(Reservation.RemoteWords(reservation, first) + w, mask);
                    if (mask != 0)
                    {
                        return refused;
                    }
            """,
            "TwoFreersOfOneWord",
            "Rule 2: collected between the two, the bit is not seen again."),
        new(
            "Remote free: no look at the free word",
            "RemoteFree.cs",
            "ulong refused = Atomic.LoadAcquire(first->FreeWords + w) & mask;",
            "ulong refused = 0;",
            "LocalThenRemote",
            "Rule 1: a block that is free already is freed again."),
        new(
            "Remote free: no mark",
            "RemoteFree.cs",
            "if (Atomic.LoadAcquire((void**)&slice->LocalOwner) != Slab.NoHeap)",
            "if (Atomic.LoadAcquire((void**)&slice->LocalOwner) == null)",
            "RemoteThenLocal",
            "Rule 11: the owner frees the block again without a look at the remote word."),
        new(
            "Remote free: the mark before the bit",
            "RemoteFree.cs",
            "        ulong old = Atomic.Or(Reservation.RemoteWords(reservation, first) + w, mask);",
            """
                    Slab* marked = slice;
                    slice = lastSlice + 1;
                    if (Atomic.LoadAcquire((void**)&marked->LocalOwner) != Slab.NoHeap)
                    {
                        Atomic.StoreRelease((void**)&marked->LocalOwner, Slab.NoHeap);
                    }

                    ulong old = Atomic.Or(Reservation.RemoteWords(reservation, first) + w, mask);
            """,
            "RemoteThenLocal",
            "Rule 11: a collection between the two takes the mark away before there is a bit."),
        new(
            "Remote free: only who found the word empty marks",
            "RemoteFree.cs",
            "if (Atomic.LoadAcquire((void**)&slice->LocalOwner) != Slab.NoHeap)",
            "if (old == 0 && Atomic.LoadAcquire((void**)&slice->LocalOwner) != Slab.NoHeap)",
            "RemoteThenLocal",
            "Rule 11: the first freer may stand before its mark while the second is done."),
        new(
            "Push: by load and store",
            "RemoteFree.cs",
            "while (!Atomic.CompareExchange(head, slab, seen));",
            """
            while (false);
                    Atomic.StoreRelease(head, slab);
            """,
            "FreersOfSeveralSlabs",
            "Of two pushes at once one is lost."),
        new(
            "Push: the link behind the head",
            "RemoteFree.cs",
            """
                        // The link becomes visible with the head: the compare-and-swap is a full barrier.
                        Atomic.Store((void**)&slab->ReadyNext, seen);
                    }
                    while (!Atomic.CompareExchange(head, slab, seen));
            """,
            """
                    }
                    while (!Atomic.CompareExchange(head, slab, seen));
                    Atomic.Store((void**)&slab->ReadyNext, seen);
            """,
            "FreersOfSeveralSlabs",
            "Who empties the stack follows a stale link."),
        new(
            "Push: the link not released with the head",
            "RemoteFree.cs",
            "while (!Atomic.CompareExchange(head, slab, seen));",
            "while (!Atomic.CompareExchangeWithoutBarrier(head, slab, seen));",
            "FreersOfSeveralSlabs",
            "Who empties the stack follows a stale link."),
        new(
            "Local free, fast path: the bit without release",
            "LocalFree.cs",
            "            Atomic.StoreRelease(word, after);\n            return true;",
            "            Atomic.Store(word, after);\n            return true;",
            "LastFreeInAnotherSlice",
            "Rule 8: maintenance takes the slab before the owner's last store to the block is out."),
        new(
            "Local free, fast path: a full slab not linked",
            "LocalFree.cs",
            "if (after == free || Atomic.Load(&first->InList) == 0)",
            "if (after == free)",
            "LocalFreeBesideTake",
            "Rule 8: its free block is not to be found."),
        new(
            "Local free, slow path: no look at the remote word",
            "LocalFree.cs",
            "if (((free | remote) & bit) != 0)",
            "if ((free & bit) != 0)",
            "RemoteThenLocal",
            "Rule 11: a block freed by another thread is freed again."),
        new(
            "Give-back by the owner: not asked again under the lock",
            "LocalFree.cs",
            "if (Collection.IsOwn(heap, first) && ThreadHeap.Entry(heap, first->Class)->Slab != first)",
            "if (ThreadHeap.Entry(heap, first->Class)->Slab != first)",
            "RebornBehindLocalFree",
            "Behind its last access the slab may be gone, and another's stand there."),
        new(
            "Under the owner's lock: another heap's slab",
            "Collection.cs",
            "slab->Kind == (byte)SliceKind.Slab && slab->First == slab && Atomic.Load((void**)&slab->Heap) == heap;",
            "slab->Kind == (byte)SliceKind.Slab && slab->First == slab;",
            "RebornBehindDoubleFree",
            "The slab that stands there now is another heap's."),
        new(
            "Under the owner's lock: the kind not asked",
            "Collection.cs",
            "slab->Kind == (byte)SliceKind.Slab && slab->First == slab && Atomic.Load((void**)&slab->Heap) == heap;",
            "slab->First == slab && Atomic.Load((void**)&slab->Heap) == heap;",
            "RemoteTwiceIntoEmpty",
            "The slab is gone and is given back again."),
        new(
            "Local free, slow path: without the lock",
            "LocalFree.cs",
            """
                    HeapLock.EnterAsOwner(heap);
                    BlockStatus status = FreeLocked(heap, slice->First, index, &empty);
                    HeapLock.ExitAsOwner(heap);
            """,
            """
                    BlockStatus status = FreeLocked(heap, slice->First, index, &empty);
            """,
            "RacedDoubleFreeBesideMaintenance",
            "Rule 7: maintenance takes the slab between the look at the bits and the store."),
        new(
            "Local free, slow path: not asked again under the lock",
            "LocalFree.cs",
            "if (!Collection.IsOwn(heap, first))",
            "if (false)",
            "RacedDoubleFreeBesideMaintenance",
            "The slab was taken before the lock was."),
    ];
}
