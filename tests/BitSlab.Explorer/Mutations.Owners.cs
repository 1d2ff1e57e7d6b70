namespace BitSlab.Explorer;

/// <content>Maintenance, owners of heaps, birth and end of slabs, statistics.</content>
internal static partial class Mutations
{
    private static Mutation[] Owners =>
    [
        new(
            "Maintenance: remote bits count without their summary",
            "Maintenance.cs",
            "if (seen != 0 && ((summary >> w) & 1) == 0)",
            "if (false)",
            "FreersAndMaintenance",
            "Rule 3: their freer is still on its way to the summary."),
        new(
            "Maintenance: collects for a live owner",
            "Maintenance.cs",
            "        Reservation* reservation = heap->Allocator->Reservation;\n        Slab* empty = null;\n",
            "        Reservation* reservation = heap->Allocator->Reservation;\n        Slab* empty = Collection.Drain(heap, sizeClass, null);\n",
            "LastLocalFree",
            "Rule 4: a local free needs no lock; of the two writes one is lost."),
        new(
            "Maintenance: takes the current slab",
            "Maintenance.cs",
            "&& ThreadHeap.Entry(heap, slab->Class)->Slab != slab && IsWholeWithRemote(reservation, slab))",
            "&& IsWholeWithRemote(reservation, slab))",
            "CurrentSlab",
            "Rule 7: the owner allocates from it without a lock."),
        new(
            "Maintenance: does not put back",
            "Maintenance.cs",
            "                RemoteFree.Push(heap, slab);",
            "",
            "PutBack",
            "Rule 4: nobody collects it."),
        new(
            "Maintenance: takes the summary of what it puts back",
            "Maintenance.cs",
            "                RemoteFree.Push(heap, slab);",
            "                Atomic.Exchange(&slab->RemoteSummary, 0);\n                RemoteFree.Push(heap, slab);",
            "PutBack",
            "Rule 4: it is pushed twice, or its words are not collected."),
        new(
            "Maintenance: the next link read behind the push",
            "Maintenance.cs",
            "            slab = next;",
            "            slab = (Slab*)Atomic.LoadAcquire((void**)&slab->ReadyNext);",
            "PutBack",
            "The link is the new stack's by then."),
        new(
            "Maintenance: without the lock",
            "Maintenance.cs",
            "if (!Collection.IsReady(heap, sizeClass) || !HeapLock.TryEnter(heap))",
            "if (!Collection.IsReady(heap, sizeClass) || (!HeapLock.TryEnter(heap) && heap == null))",
            "CollectBesideTake",
            "Rule 7: lists and current slab change under its hands."),
        new(
            "Heap lock: the others without their barrier",
            "HeapLock.cs",
            "        heap->Allocator->Reservation->Os.ProcessBarrier();\n",
            "",
            "TwoSidesOfHeapLock",
            "The owner is inside, and its store that says so is still held back."),
        new(
            "Heap lock: the owner looks before it says that it is inside",
            "HeapLock.cs",
            """
                        Atomic.StoreRelease(&heap->OwnerInside, 1);
                        if (Atomic.LoadAcquire(&heap->Claim) == 0)
                        {
                            return;
                        }
            """,
            """
                        if (Atomic.LoadAcquire(&heap->Claim) == 0)
                        {
                            Atomic.StoreRelease(&heap->OwnerInside, 1);
                            return;
                        }
            """,
            "TwoSidesOfHeapLock",
            "Another claims and looks between the two."),
        new(
            "Heap lock: the owner does not look for a claim",
            "HeapLock.cs",
            "if (Atomic.LoadAcquire(&heap->Claim) == 0)\n",
            "if (heap != null)\n",
            "TwoSidesOfHeapLock",
            "It enters while another is inside."),
        new(
            "Heap lock: the others do not look for the owner",
            "HeapLock.cs",
            "if (Atomic.LoadAcquire(&heap->OwnerInside) == 0)",
            "if (heap != null)",
            "TwoSidesOfHeapLock",
            "They enter while it is inside."),
        new(
            "Maintenance: does not unlink",
            "Collection.cs",
            """
                    if (slab->InList != 0)
                    {
                        ThreadHeap.Unlink(heap, slab);
                    }
            """,
            "",
            "LastLocalFree",
            "The list holds a slab that is gone."),
        new(
            "Maintenance: remote words not cleared",
            "Maintenance.cs",
            "                ClearRemote(heap, slab);\n",
            "",
            "RebornBehindLocalFree",
            "Rule 10: the next slab there is born with bits, or is never pushed."),
        new(
            "Maintenance: a double free not recorded",
            "Maintenance.cs",
            "Collection.RecordFaults(heap, slab, w, taken & Atomic.LoadAcquire(slab->FreeWords + w));",
            "_ = taken;",
            "LocalAndRemoteThenMaintenance",
            "Rule 10: it goes unnoticed."),
        new(
            "Maintenance: the slab not all free",
            "Maintenance.cs",
            "if ((seen | free) != Slab.ValidBits(slab->BlockCount, w))",
            "if (seen == 1ul << 63)",
            "PutBack",
            "Live blocks go with it."),
        new(
            "Maintenance: claims an orphan by a plain store",
            "Maintenance.cs",
            "if (Atomic.CompareExchange(&heap->OwnerWord, ThreadHeap.Maintenance, ThreadHeap.Orphan))",
            "Atomic.StoreRelease(&heap->OwnerWord, ThreadHeap.Maintenance);\n",
            "OrphanAdoptClaim",
            "Rule 5: an adopter and maintenance both own it."),
        new(
            "Adopt: by a plain store",
            "Lifetime.cs",
            "                && Atomic.CompareExchange(&heap->OwnerWord, token, ThreadHeap.Orphan))\n            {",
            "            )\n            {\n                Atomic.StoreRelease(&heap->OwnerWord, token);",
            "TwoAdopters",
            "Rule 5: two threads own it."),
        new(
            "Orphan: by a plain store",
            "Lifetime.cs",
            "        Atomic.CompareExchange(&heap->OwnerWord, ThreadHeap.Orphan, token);",
            "        Orphaned(heap);\n\n    private static bool Orphaned(ThreadHeap* heap)\n    {\n        Atomic.StoreRelease(&heap->OwnerWord, ThreadHeap.Orphan);\n        return true;\n    }",
            "OrphanAdoptClaim",
            "Rule 5: a late finalizer takes the heap from its new owner."),
        new(
            "New heap: appended by a plain store",
            "Lifetime.cs",
            "while (!Atomic.CompareExchange(head, heap, seen));",
            "while (false);\n        Atomic.StoreRelease(head, heap);",
            "TwoHeaps",
            "One of two is in no list, and never trimmed or adopted."),
        new(
            "Birth: the kind first",
            "SlabLife.cs",
            "        first->FreeWords = AreaOf(reservation, first);",
            "        Atomic.StoreRelease(&first->Kind, (byte)SliceKind.Slab);\n        Atomic.LoadAcquire(&first->Kind);\n        first->FreeWords = AreaOf(reservation, first);",
            "StaleFreeAtBirth",
            "Rule 10: a stale free is judged by the last slab's sizes."),
        new(
            "End: not made invalid",
            "SlabLife.cs",
            "        int slices = first->SliceCount;\n        for (int k = 0; k < slices; k++)\n        {\n            // First of all the kind",
            "        int slices = 0;\n        for (int k = 0; k < slices; k++)\n        {\n            // First of all the kind",
            "TwoFreersOfOneWord",
            "Its descriptor still says that a slab stands there."),
        new(
            "Large block: claimed by load and store",
            "LargeBlocks.cs",
            "if (!Atomic.CompareExchange(&first->InList, 0, Slab.LargeLive))",
            "if (Atomic.LoadAcquire(&first->InList) != Slab.LargeLive)",
            "LargeTwice",
            "Two frees both succeed."),
        new(
            "Lock: taken by load and store",
            "CoreLock.cs",
            "public static bool TryEnter(int* cell) => Atomic.LoadAcquire(cell) == 0 && Atomic.CompareExchange(cell, 1, 0);",
            "public static bool TryEnter(int* cell)\n    {\n        bool free = Atomic.LoadAcquire(cell) == 0;\n        if (free)\n        {\n            Atomic.StoreRelease(cell, 1);\n        }\n\n        return free;\n    }",
            "TwoHeaps",
            "Two hold it."),
        new(
            "Statistics: free before remote",
            "Census.cs",
            """
                    ulong gone = Atomic.LoadAcquire((ulong*)((byte*)free + reservation->RemoteDistance));
                    gone |= Atomic.LoadAcquire(free);
            """,
            """
                    ulong gone = Atomic.LoadAcquire(free);
                    gone |= Atomic.LoadAcquire((ulong*)((byte*)free + reservation->RemoteDistance));
            """,
            "CensusDuringCollection",
            "A block on its way is seen in neither word: it counts as live again."),
        new(
            "Local free, slow path: linked though in use",
            "LocalFree.cs",
            """
                    if (first->InList == 0)
                    {
                        first->InList = 1;
                        ThreadHeap.Link(heap, first);
                    }
            """,
            """
                        first->InList = 1;
                        ThreadHeap.Link(heap, first);
            """,
            "FreeIntoUsedUpCurrent",
            "Rule 8: the current slab stands in no list."),
        new(
            "Permits: by load and store",
            "Permits.cs",
            "while (!Atomic.CompareExchange((ulong*)&allocator->Committed, (ulong)(seen + bytes), (ulong)seen));",
            "while (false);\n        Atomic.StoreRelease((ulong*)&allocator->Committed, (ulong)(seen + bytes));",
            "TwoHeaps",
            "The account is wrong for good."),
        new(
            "Statistics: remote bits left out",
            "Census.cs",
            "ulong gone = Atomic.LoadAcquire((ulong*)((byte*)free + reservation->RemoteDistance));",
            "ulong gone = 0;",
            "CensusDuringFrees",
            "A block freed by another thread counts as live."),
    ];
}
