namespace BitSlab.Explorer;

/// <content>Queues of events.</content>
internal static partial class Mutations
{
    private static Mutation[] EventQueues =>
    [
        new(
            "Ring: the block before the length",
            "EventRing.cs",
            "        slot->Length = length;\n\n        // Release: who finds the event finds its length and its bytes.\n        Atomic.StoreRelease(&slot->Block, block);\n",
            "        Atomic.StoreRelease(&slot->Block, block);\n        Atomic.LoadAcquire(&ring->Head.Count);\n        slot->Length = length;\n",
            "RingOfTwoSides",
            "Who finds the event finds no length."),
        new(
            "Ring: the used-up segment is left before the next is there",
            "EventRing.cs",
            "        if (next == null)\n        {\n            return false;\n        }\n\n        head->Segment = next;",
            "        if (next == null)\n        {\n            finished = last == null ? finished : last;\n            return false;\n        }\n\n        head->Segment = next;",
            "RingOfTwoSides",
            "The producer links the next one into a segment that was freed."),
        new(
            "Ring: room is counted anew without a look",
            "EventRing.cs",
            "        ring->Tail.CountSeen = Atomic.LoadAcquire(&ring->Head.Count);",
            "        ring->Tail.CountSeen = Atomic.Load(&ring->Tail.Count);",
            "RingOfOne",
            "There is always room."),
        new(
            "Ring: a dropped event stays in its slot",
            "EventRing.cs",
            "        Atomic.StoreRelease(&slot->Block, null);\n",
            "",
            "NewestDroppedBesideTake",
            "It is taken, too, though its block is free."),
        new(
            "Ring: an empty segment stays linked",
            "EventRing.cs",
            "            Atomic.StoreRelease((void**)&tail->Segment->Next, null);\n",
            "",
            "NewestDroppedBesideTake",
            "The consumer goes on into a segment that was freed."),
        new(
            "Side: a claim without a barrier",
            "SideLock.cs",
            "        Atomic.StoreRelease(&side->_claim, 1);\n        os->ProcessBarrier();\n",
            "        Atomic.StoreRelease(&side->_claim, 1);\n",
            "SideOfOne",
            "Both look before the other's store is out."),
        new(
            "Side: the user does not look for a claim",
            "SideLock.cs",
            "        if (Atomic.LoadAcquire(&side->_claim) != 0)\n        {\n            EnterBehindClaim",
            "        if (side == null)\n        {\n            EnterBehindClaim",
            "SideOfOne",
            "It goes in while another is there."),
        new(
            "Side: taken by a store",
            "SideLock.cs",
            "while (Atomic.LoadAcquire(&side->_inside) != 0 || !Atomic.CompareExchange(&side->_inside, 1, 0))\n        {",
            "while (Atomic.LoadAcquire(&side->_inside) != 0)\n        {",
            "SharedSide",
            "Two find it free at once."),
        new(
            "Close: not behind an append that has begun",
            "SideLock.cs",
            "        while (Atomic.LoadAcquire(&side->_inside) != 0)\n        {\n            os->Yield();",
            "        while (Atomic.LoadAcquire(&side->_inside) > 1)\n        {\n            os->Yield();",
            "CloseBesideAppend",
            "An event comes into a queue that is drained and done."),
    ];
}
