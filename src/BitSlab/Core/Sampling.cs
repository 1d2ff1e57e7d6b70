namespace BitSlab.Core;

/// <summary>
/// Which sizes are asked for, without a cost to the fast path: now and then, in bursts of so many allocations of each heap, every allocation goes
/// the slow way, and is counted there. Outside of bursts the slow way would show another mixture: blocks that are used again while they
/// are warm never come there.
/// </summary>
internal static unsafe class Sampling
{
    /// <summary>Begins a burst in each heap whose last is over. By maintenance; the gate is held.</summary>
    /// <returns>False when a heap was busy: another time. A burst that has begun is for its thread to end.</returns>
    public static bool StartBursts(Allocator* allocator)
    {
        bool all = true;
        for (ThreadHeap* heap = (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps); heap != null; heap = heap->NextHeap)
        {
            if (!IsWanted(heap))
            {
                continue;
            }

            if (HeapLock.TryEnter(heap))
            {
                Atomic.StoreRelease(&heap->BurstLeft, allocator->BurstLength);
                for (int c = 0; c < heap->ClassCount; c++)
                {
                    Poison(heap, (uint)c);
                }

                HeapLock.Exit(heap);
            }
            else
            {
                all = false;
            }
        }

        return all;
    }

    /// <summary>Whether a burst could begin. By maintenance; the gate is held.</summary>
    public static bool HasWork(Allocator* allocator)
    {
        bool any = false;
        for (ThreadHeap* heap = (ThreadHeap*)Atomic.LoadAcquire((void**)&allocator->Heaps); heap != null && !any; heap = heap->NextHeap)
        {
            any = IsWanted(heap);
        }

        return any;
    }

    /// <summary>An allocation within a burst, on the owner's thread.</summary>
    /// <param name="heap">The heap.</param>
    /// <param name="sizeClass">The class.</param>
    /// <param name="size">What was asked for, rounded up to the alignment.</param>
    /// <param name="status">Why null was returned.</param>
    /// <param name="zeroed">As in <see cref="LocalAlloc.Take"/>.</param>
    public static void* Take(ThreadHeap* heap, uint sizeClass, uint size, AllocStatus* status, bool* zeroed)
    {
        // Where it stood, so that a burst does not drive the heap from word to word.
        LocalAlloc.PointAtCurrentWord(heap, ThreadHeap.Entry(heap, sizeClass));
        void* block = LocalAlloc.Take(heap, sizeClass, status, zeroed);
        if (block == null)
        {
            return null;
        }

        Atomic.Add(heap->Allocator->Samples + (size - 1), 1);
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

        // Behind the entries, or the next burst's zero words could be lost.
        Atomic.StoreRelease(&heap->BurstLeft, 0);

        // The next burst is for the timer to begin, which may have stopped meanwhile. It has a barrier run on this thread before its last look.
        Rounds.EnsureTimer(heap->Allocator->Reservation);
    }

    // A plain store of the one value that is right at any time. An owner that is just pointing the entry at a word may overwrite it: the class
    // is then sampled from its next word on.
    private static void Poison(ThreadHeap* heap, uint sizeClass) =>
        ThreadHeap.Entry(heap, sizeClass)->Word = &heap->Allocator->Reservation->ZeroWord;

    // The heap of a thread that lives, or that ended unnoticed. Acquire pairs with the end of the last burst.
    private static bool IsWanted(ThreadHeap* heap) =>
        Atomic.LoadAcquire(&heap->OwnerWord) > ThreadHeap.Disposed && Atomic.LoadAcquire(&heap->BurstLeft) == 0;
}
