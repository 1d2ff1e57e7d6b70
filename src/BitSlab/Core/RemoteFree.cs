namespace BitSlab.Core;

/// <summary>
/// A free by another thread than the owner's: one atomic OR into the slab's remote words, without a lock. Each emptying of
/// a word has exactly one freer who owes the summary, each emptying of the summary exactly one who owes the push; until it
/// has done so its own uncollected bit pins the slab.
/// </summary>
internal static unsafe class RemoteFree
{
    /// <summary>Frees the blocks of <paramref name="mask"/> in one word.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="slice">The descriptor of the slice in which the first of the blocks begins.</param>
    /// <param name="lastSlice">That of the last of them; the same for a single block.</param>
    /// <param name="w">The word.</param>
    /// <param name="mask">The blocks' bits; none is beyond the slab's block count.</param>
    /// <returns>The bits that were refused: their blocks were free already.</returns>
    public static ulong Free(Reservation* reservation, Slab* slice, Slab* lastSlice, int w, ulong mask)
    {
        Slab* first = slice->First;

        // The user's hand-over makes a live block's 0 visible to this thread; a set bit proves misuse.
        ulong refused = Atomic.LoadAcquire(first->FreeWords + w) & mask;
        mask &= ~refused;
        if (mask == 0)
        {
            return refused;
        }

        // Full barrier: the payload before the bit; the bit before the look at the local owner and before the summary.
        ulong old = Atomic.Or(Reservation.RemoteWords(reservation, first) + w, mask);
        refused |= old & mask;

        // The owner's frees of these blocks go out of line from here on, and test the remote word too. The collector looks at
        // the words again after it let the owner back in, so that no bit stands without this mark.
        for (; slice <= lastSlice; slice++)
        {
            if (Atomic.LoadAcquire((void**)&slice->LocalOwner) != Slab.NoHeap)
            {
                Atomic.StoreRelease((void**)&slice->LocalOwner, Slab.NoHeap);
            }
        }

        // Full barriers: word before summary, summary before push.
        if (old == 0 && Atomic.Or(&first->RemoteSummary, 1ul << w) == 0)
        {
            Push(first->Heap, first);

            // Behind the push, which is a full barrier: the timer stops, and then looks at what is ready.
            Rounds.EnsureTimer(reservation);
        }

        return refused;
    }

    /// <summary>Pushes a slab whose remote summary this thread made non-zero, or which it popped and leaves uncollected.</summary>
    public static void Push(ThreadHeap* heap, Slab* slab)
    {
        // A misuse in flight may push a slab that was born anew since: the stack it lands on must be one, whichever.
        uint sizeClass = slab->Class;
        void** head = (void**)ThreadHeap.Ready(heap, sizeClass < (uint)heap->ClassCount ? sizeClass : 0);
        void* seen;

        // Acquire: the slab that the link leads to has its own link.
        do
        {
            seen = Atomic.LoadAcquire(head);

            // The link becomes visible with the head: the compare-and-swap is a full barrier.
            Atomic.Store((void**)&slab->ReadyNext, seen);
        }
        while (!Atomic.CompareExchange(head, slab, seen));
    }
}
