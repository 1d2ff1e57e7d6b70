namespace BitSlab.Explorer;

/// <content>Holes in slabs, and the timer.</content>
internal static partial class Mutations
{
    private static Mutation[] HolesAndTimer =>
    [
        new(
            "Holes: without the lock",
            "Maintenance.cs",
            "            HeapLock.Enter(heap);\n",
            "",
            "HolesBesideOwner",
            "Rule 13: the owner goes on to the slab meanwhile."),
        new(
            "Holes: of the current slab",
            "Maintenance.cs",
            "&& ThreadHeap.Entry(heap, slab->Class)->Slab != slab\n            && (slab->InList != 0 || !SlabLife.HasFreeBlock(slab));",
            "&& (slab->InList != 0 || !SlabLife.HasFreeBlock(slab));",
            "HolesBesideOwner",
            "Rule 7: the owner allocates from it without a lock."),
        new(
            "Holes: of a slab that was just born",
            "Maintenance.cs",
            "            && (slab->InList != 0 || !SlabLife.HasFreeBlock(slab));",
            ";",
            "OrphanAdoptClaim",
            "It becomes current without asking for permits."),
        new(
            "Holes: a page with a live block's end",
            "Holes.cs",
            "uint last = uint.Min(end >> pageShift, touchedEnd);",
            "uint last = uint.Min((end + pageMask) >> pageShift, touchedEnd);",
            "HolesBesideOwner",
            "The block's contents are gone."),
        new(
            "Holes: current again without permits",
            "LocalAlloc.cs",
            "if (slab != null && !Holes.TryFill(heap->Allocator->Reservation, slab))",
            "if (slab == null && !Holes.TryFill(heap->Allocator->Reservation, slab))",
            "HolesBesideOwner",
            "Rule 13: more is resident than the limit allows."),
        new(
            "Holes: a slab that is taken counts as a whole one",
            "SlabLife.cs",
            "            if (chain->PurgedCount == 0)",
            "            if (chain->SliceCount != 0)",
            "LastFreeBesideHoles",
            "The permits of its holes return twice."),
        new(
            "Timer: stops without another look",
            "Rounds.cs",
            "            goOn = Visit(reservation, Step.Look) && Atomic.CompareExchange(&reservation->TimerRuns, 1, 0);\n",
            "",
            "TimerStopsBesideRemoteFree",
            "Rule 17: what came behind the first look waits for good."),
        new(
            "Timer: looks before it stops",
            "Rounds.cs",
            """
                        Atomic.CompareExchange(&reservation->TimerRuns, 0, 1);
                        reservation->Os.ProcessBarrier();
                        goOn = Visit(reservation, Step.Look) && Atomic.CompareExchange(&reservation->TimerRuns, 1, 0);
            """,
            """
                        goOn = Visit(reservation, Step.Look) || !Atomic.CompareExchange(&reservation->TimerRuns, 0, 1);
            """,
            "TimerStopsBesideReturn",
            "Rule 17: who comes between look and stop sees the timer run."),
        new(
            "Remote free: does not start the timer",
            "RemoteFree.cs",
            "            Rounds.EnsureTimer(reservation);\n",
            "",
            "TimerStopsBesideRemoteFree",
            "Rule 17: nobody takes the slab while its owner sleeps."),
        new(
            "Local free: does not start the timer",
            "LocalFree.cs",
            "        Rounds.EnsureTimer(heap->Allocator->Reservation);\n",
            "",
            "TimerStopsBesideLocalFree",
            "Rule 17: later frees take the fast path, and tell no one."),
        new(
            "Return: does not start the timer",
            "Chunks.cs",
            "allocator->GivesBackIdle && allocator->Idle.HasIdle && Rounds.IsTimerStopped(allocator->Reservation);",
            "false;",
            "TimerStopsBesideReturn",
            "Rule 17: free slices stay for good."),
    ];
}
