namespace BitSlab.Explorer;

/// <content>The owner's collection.</content>
internal static partial class Mutations
{
    private static Mutation[] Collections =>
    [
        new(
            "Collect: the ready stack emptied by load and store",
            "Collection.cs",
            "Slab* slab = (Slab*)Atomic.Exchange((void**)ThreadHeap.Ready(heap, sizeClass), null);",
            """
            Slab* slab = (Slab*)Atomic.LoadAcquire((void**)ThreadHeap.Ready(heap, sizeClass));
            Atomic.StoreRelease((void**)ThreadHeap.Ready(heap, sizeClass), null);
            """,
            "FreersOfSeveralSlabs",
            "A push between the two is lost."),
        new(
            "Collect: the next link read behind the summary",
            "Collection.cs",
            """
                        Slab* next = (Slab*)Atomic.LoadAcquire((void**)&slab->ReadyNext);
                        if (IsOwn(heap, slab))
                        {
                            DrainSlab(heap, slab);
            """,
            """
                        Slab* next = null;
                        if (IsOwn(heap, slab))
                        {
                            DrainSlab(heap, slab);
                            next = (Slab*)Atomic.LoadAcquire((void**)&slab->ReadyNext);
            """,
            "FreersOfSeveralSlabs",
            "Rule 2: from the summary on a freer may push the slab again, and write its link."),
        new(
            "Collect: the words before the summary",
            "Collection.cs",
            """
                    ulong words = Atomic.Exchange(&slab->RemoteSummary, 0);
                    while (words != 0)
                    {
                        int w = BitOperations.TrailingZeroCount(words);
                        words &= words - 1;

                        DrainWord(heap, slab, w, remote + w);
                    }
            """,
            """
                    ulong words = Atomic.LoadAcquire(&slab->RemoteSummary);
                    while (words != 0)
                    {
                        int w = BitOperations.TrailingZeroCount(words);
                        words &= words - 1;

                        DrainWord(heap, slab, w, remote + w);
                    }

                    Atomic.Exchange(&slab->RemoteSummary, 0);
            """,
            "FreersOfTwoWords",
            "Rule 2: a bit that comes between the two loses its summary."),
        new(
            "Collect: the summary by load and store",
            "Collection.cs",
            "        ulong words = Atomic.Exchange(&slab->RemoteSummary, 0);\n        while",
            "        ulong words = Atomic.LoadAcquire(&slab->RemoteSummary);\n        Atomic.StoreRelease(&slab->RemoteSummary, 0);\n        while",
            "FreersOfTwoWords",
            "A bit that is raised between the two is lost."),
        new(
            "Collect: a word by load and store",
            "Collection.cs",
            "        while (!Atomic.CompareExchange(remote, 0, seen));",
            "        while (false);\n        Atomic.StoreRelease(remote, 0);",
            "TwoFreersOfOneWord",
            "A free between the two is lost."),
        new(
            "Collect: a word emptied before its bits are free",
            "Collection.cs",
            "            seen = Atomic.LoadAcquire(remote);\n",
            "            seen = Atomic.Exchange(remote, 0);\n            Atomic.Or(remote, 0);\n",
            "CensusDuringCollection",
            "A block on its way is seen in neither word: it counts as live again."),
        new(
            "Collect: all words, not those that the summary names",
            "Collection.cs",
            "        while (words != 0)\n        {\n            int w = BitOperations.TrailingZeroCount(words);\n            words &= words - 1;\n\n            DrainWord",
            "        words = ulong.MaxValue >> (64 - slab->WordCount);\n        while (words != 0)\n        {\n            int w = BitOperations.TrailingZeroCount(words);\n            words &= words - 1;\n\n            DrainWord",
            "FreersOfTwoWords",
            "Rule 3: a block is collected before its freer was at the summary; the slab goes under its hands."),
        new(
            "Collect: bits taken twice",
            "Collection.cs",
            "ulong freed = seen & ~taken;",
            "ulong freed = seen;",
            "TwoFreersOfOneWord",
            "The first of two frees of a word is taken for a double free."),
        new(
            "Collect: bits of free blocks not reported",
            "Collection.cs",
            "ulong wrong = freed & (free | ~Slab.ValidBits(slab->BlockCount, w));",
            "ulong wrong = 0;",
            "LocalAndRemote",
            "Rule 10: a double free goes unnoticed."),
        new(
            "Collect: no second look at the words",
            "Collection.cs",
            "            if (Atomic.LoadAcquire(remote + w) != 0)\n            {\n                SlabLife.SetLocalOwner(slab, Slab.NoHeap);",
            "            if (w > 64)\n            {\n                SlabLife.SetLocalOwner(slab, Slab.NoHeap);",
            "RemoteThenLocal",
            "Rule 11: a mark made before the owner was let in again is gone, its bit stands."),
        new(
            "Collect: the owner let in behind the second look",
            "Collection.cs",
            """
                            SlabLife.SetLocalOwner(slab, Slab.NoHeap);
                            return;
                        }
                    }
            """,
            """
                            return;
                        }
                    }

                    SlabLife.SetLocalOwner(slab, heap);
            """,
            "RemoteThenLocal",
            "Rule 11: a mark made between the two is gone."),
        new(
            "Collect: no full fence between letting the owner in and the second look",
            "Collection.cs",
            "        for (int w = 0; w < slab->WordCount; w++)\n        {\n            if (Atomic.LoadAcquire(remote + w) != 0)",
            "        SlabLife.SetLocalOwner(slab, Slab.NoHeap);\n        SlabLife.SetLocalOwner(slab, heap);\n        for (int w = 0; w < slab->WordCount; w++)\n        {\n            if (Atomic.LoadAcquire(remote + w) != 0)",
            "RemoteThenLocal",
            "Rule 11: the freer sees the owner still kept out, and does not mark; the owner does not see the freer's bit."),
        new(
            "Collect: a slab with room not linked",
            "Collection.cs",
            "if (taken == chain && slab->InList == 0)",
            "if (taken == chain && slab->InList == 2)",
            "OwnerRunsDry",
            "Its free blocks are not to be found."),
        new(
            "Collect: the current slab treated like others",
            "Collection.cs",
            "if (ThreadHeap.Entry(heap, slab->Class)->Slab == slab)",
            "if (slab == null)",
            "CurrentSlab",
            "It is given back, or linked, while in use."),
        new(
            "Give-back: no look at the remote bits",
            "Collection.cs",
            "if (!SlabLife.IsWhole(slab) || SlabLife.HasRemoteBits(heap->Allocator->Reservation, slab))",
            "if (!SlabLife.IsWhole(slab))",
            "StrayBitAtGiveBack",
            "Rule 10: a double free under way is not noticed, or noticed twice."),
        new(
            "Give-back: not unlinked",
            "Collection.cs",
            """
                    if (slab->InList != 0)
                    {
                        ThreadHeap.Unlink(heap, slab);
                    }
            """,
            "",
            "FreersOfTwoWords",
            "The list holds a slab that is gone."),
    ];
}
