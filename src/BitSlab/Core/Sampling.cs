namespace BitSlab.Core;

/// <summary>
/// Which sizes are asked for, without a cost to the fast path: now and then, in bursts of so many allocations of each heap, every allocation goes
/// the slow way, and is counted there. Outside of bursts the slow way would show another mixture: blocks that are used again while they
/// are warm never come there.
/// </summary>
internal static unsafe class Sampling
{
    /// <summary>Begins a burst in each heap whose last is over. A burst that has begun is for its thread to end. By maintenance; the gate is held.</summary>
    public static void StartBursts(Allocator* allocator)
    {
        for (ThreadHeap* heap = FirstHeap(allocator); heap != null && allocator->BurstLength != 0; heap = heap->NextHeap)
        {
            if (!IsWanted(heap))
            {
                continue;
            }

            // Before the entries: whom a zero word sends the slow way finds the burst.
            Atomic.StoreRelease(&heap->BurstLeft, allocator->BurstLength);
            for (int c = 0; c < heap->ClassCount; c++)
            {
                Poison(heap, (uint)c);
            }
        }
    }

    /// <summary>Whether a burst could begin. By maintenance; the gate is held.</summary>
    public static bool HasWork(Allocator* allocator)
    {
        bool any = false;
        for (ThreadHeap* heap = FirstHeap(allocator); heap != null && !any; heap = heap->NextHeap)
        {
            any = IsWanted(heap);
        }

        return any;
    }

    /// <summary>Counts a request within a burst.</summary>
    /// <param name="heap">The heap.</param>
    /// <param name="size">What was asked for, rounded up to its alignment.</param>
    /// <param name="isAligned">Whether only a block size that is a multiple of some alignment serves it.</param>
    public static void Count(ThreadHeap* heap, nuint size, bool isAligned)
    {
        Allocator* allocator = heap->Allocator;

        // All ladders of an allocator end alike.
        if (allocator->BurstLength != 0 && unchecked(size - 1) < ThreadHeap.BlockSizes(heap)[heap->LadderCount - 1])
        {
            SizeSample* sample = allocator->Samples + (size - 1);
            Atomic.Add(&sample->Count, 1);
            if (isAligned)
            {
                // Release: behind the count, though the reader may see either first and loses nothing.
                Atomic.StoreRelease(&sample->IsAligned, 1);
            }
        }
    }

    /// <summary>An allocation within a burst, on the owner's thread. As <see cref="LocalAlloc.Take"/>.</summary>
    public static void* Take(ThreadHeap* heap, uint sizeClass, AllocStatus* status, bool* zeroed)
    {
        // Where it stood, so that a burst does not drive the heap from word to word.
        LocalAlloc.PointAtCurrentWord(heap, ThreadHeap.Entry(heap, sizeClass));
        void* block = LocalAlloc.Take(heap, sizeClass, status, zeroed);

        // Stored with release, behind the entry, as in End.
        int left = Atomic.Load(&heap->BurstLeft) - 1;
        if (left != 0)
        {
            Poison(heap, sizeClass);
            Atomic.StoreRelease(&heap->BurstLeft, left);
        }
        else
        {
            End(heap);
        }

        return block;
    }

    private static void End(ThreadHeap* heap)
    {
        for (int c = 0; c < heap->ClassCount; c++)
        {
            LocalAlloc.PointAtCurrentWord(heap, ThreadHeap.Entry(heap, (nuint)c));
        }

        // Release: behind the entries, or the next burst's zero words could be lost.
        Atomic.StoreRelease(&heap->BurstLeft, 0);

        // The next burst is for the timer to begin, which may have stopped meanwhile. It has a barrier run on this thread before its last look.
        Rounds.EnsureTimer(heap->Allocator->Reservation);
    }

    // Without the heap's lock: the one value that is right at any time. An owner that is just pointing the entry at a word may overwrite it: the
    // class is then sampled from its next word on. Release: behind the burst's length.
    private static void Poison(ThreadHeap* heap, uint sizeClass) =>
        Atomic.StoreRelease((void**)&ThreadHeap.Entry(heap, sizeClass)->Word, &heap->Allocator->Reservation->ZeroWord);

    private static ThreadHeap* FirstHeap(Allocator* allocator) => (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps);

    // The heap of a thread that lives, or that ended unnoticed. Acquire pairs with the end of the last burst.
    private static bool IsWanted(ThreadHeap* heap) =>
        Atomic.LoadAcquire(&heap->OwnerWord) > ThreadHeap.Disposed && Atomic.LoadAcquire(&heap->BurstLeft) == 0;
}

/// <summary>What was sampled of one size.</summary>
internal struct SizeSample
{
    /// <summary>How often it was asked for. Atomic.</summary>
    public long Count;

    /// <summary>1: also with an alignment above the allocator's minimum, to which it was rounded up.</summary>
    public byte IsAligned;
}
