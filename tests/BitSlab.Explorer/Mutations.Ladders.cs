namespace BitSlab.Explorer;

/// <content>Changes of the ladder, and bursts of samples.</content>
internal static partial class Mutations
{
    private static Mutation[] LaddersAndBursts =>
    [
        new(
            "Ladder: taken over without the heap's lock",
            "LadderChange.cs",
            "        HeapLock.EnterAsOwner(heap);\n\n        // No slab",
            "        // No slab",
            "LadderBesideMaintenance",
            "Rule 7: maintenance takes a slab off a ring that is made anew."),
        new(
            "Ladder: full slabs keep their former class",
            "LadderChange.cs",
            "|| !Collection.IsOwn(heap, slab))",
            "|| !Collection.IsOwn(heap, slab) || slab->InList == 0)",
            "LadderBesideRemoteFree",
            "Their first free links them where larger blocks are wanted."),
        new(
            "Ladder: current slabs stay",
            "LadderChange.cs",
            "Slab* empty = Collection.GiveUpAll(heap);",
            "Slab* empty = null;",
            "LadderBesideRemoteFree",
            "The class that has the entry now is another's."),
        new(
            "Ladder: rings stay",
            "LadderChange.cs",
            "            *ThreadHeap.WithRoom(heap, (nuint)c) = null;\n",
            "",
            "LadderBesideMaintenance",
            "A slab is linked twice."),
        new(
            "Ladder: slabs whose class vanished serve the next",
            "LadderChange.cs",
            "return sizes[sizeClass] == blockSize ? sizeClass : last;",
            "return sizeClass;",
            "LadderBesideAdopter",
            "Blocks are smaller than what is asked for."),
        new(
            "Ladder: slabs whose class vanished are not linked",
            "LadderChange.cs",
            "                if (slab->InList != 0)\n",
            "                if (slab->InList != 0 && slab->Class != heap->ClassCount - 1)\n",
            "LadderBesideAdopter",
            "They are taken off a ring that they are not in."),
        new(
            "Ladder: another heap's slabs, too",
            "LadderChange.cs",
            "!= (byte)SliceKind.Slab || !Collection.IsOwn(heap, slab))",
            "!= (byte)SliceKind.Slab || slab->First != slab)",
            "LadderBesideMaintenance",
            "They get a class of this heap's, and stand in its rings."),
        new(
            "Burst: its end leaves the fast path closed",
            "Sampling.cs",
            "            LocalAlloc.PointAtCurrentWord(heap, ThreadHeap.Entry(heap, (nuint)c));\n",
            "",
            "BurstBesideOwner",
            "Each class is driven to its next word."),
        new(
            "Burst: the fast path stays open within it",
            "Sampling.cs",
            "            Poison(heap, sizeClass);\n            Atomic.StoreRelease(&heap->BurstLeft, left);",
            "            Atomic.StoreRelease(&heap->BurstLeft, left);",
            "BurstBesideOwner",
            "Blocks that are used again while they are warm are not sampled."),
        new(
            "Burst: its end does not start the timer",
            "Sampling.cs",
            "        Rounds.EnsureTimer(heap->Allocator->Reservation);\n",
            "",
            "TimerStopsBesideBurstEnd",
            "Rule 17: nobody begins the next."),
        new(
            "Burst: its end looks at the timer first",
            "Sampling.cs",
            """
                    Atomic.StoreRelease(&heap->BurstLeft, 0);

                    // The next burst is for the timer to begin, which may have stopped meanwhile. It has a barrier run on this thread before its last look.
                    Rounds.EnsureTimer(heap->Allocator->Reservation);
            """,
            """
                    Rounds.EnsureTimer(heap->Allocator->Reservation);
                    Atomic.StoreRelease(&heap->BurstLeft, 0);
            """,
            "TimerStopsBesideBurstEnd",
            "Rule 17: who comes between look and stop sees the timer run."),
        new(
            "Timer: no look for bursts before it stops",
            "Rounds.cs",
            "any |= Sampling.HasWork(allocator);",
            "any |= false;",
            "TimerStopsBesideBurstEnd",
            "Rule 17: a burst that ended behind the first look gets no other."),
    ];
}
