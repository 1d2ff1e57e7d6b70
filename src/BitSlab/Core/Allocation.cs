namespace BitSlab.Core;

/// <summary>Allocation of any size and alignment from a thread's heap: the way in for all but the fast path.</summary>
internal static unsafe class Allocation
{
    /// <summary>Allocates on the thread that owns the heap.</summary>
    /// <param name="heap">The heap.</param>
    /// <param name="bytes">Any size; 0 gives a block of the smallest class.</param>
    /// <param name="alignment">A power of two; the allocator's minimum holds in any case.</param>
    /// <param name="status">Why null was returned.</param>
    /// <param name="zeroed">In: whether a block is preferred that is known to read as zeros. Out: whether this one is.</param>
    public static void* Alloc(ThreadHeap* heap, nuint bytes, nuint alignment, AllocStatus* status, bool* zeroed)
    {
        Allocator* allocator = heap->Allocator;
        if (bytes == 0)
        {
            bytes = 1;
        }

        // Sampled is what has to fit, wherever it stands: classes that are learned then serve alignments, too.
        bool isAligned = alignment > allocator->MinimumAlignment;
        if (Atomic.Load(&heap->BurstLeft) != 0 && bytes <= allocator->MaxManaged)
        {
            Sampling.Count(heap, isAligned ? Reservation.RoundUp(bytes, alignment) : bytes, isAligned);
        }

        if (!isAligned)
        {
            alignment = allocator->MinimumAlignment;
        }

        bool wantsZeroed = *zeroed;
        void* block;
        do
        {
            LadderChange.AdoptIfDue(heap);
            uint sizeClass = ThreadHeap.ClassOf(heap, bytes, alignment);
            if (sizeClass == ThreadHeap.NoClass)
            {
                return LargeBlocks.Alloc(allocator, bytes, alignment, status, zeroed);
            }

            *zeroed = wantsZeroed;

            // Plain: seen late, a burst begins an allocation later.
            block = Atomic.Load(&heap->BurstLeft) == 0
                ? LocalAlloc.Take(heap, sizeClass, status, zeroed)
                : Sampling.Take(heap, sizeClass, status, zeroed);
        }
        while (block == null && *status == AllocStatus.LadderChanged);

        return block;
    }

    /// <summary>Whether a live block can serve a new size where it stands; large blocks in slices grow and shrink for it.</summary>
    public static bool TryReallocInPlace(Reservation* reservation, void* block, BlockPlace place, nuint bytes, nuint alignment)
    {
        if (place.Slice != null && !place.InSlab)
        {
            return bytes > place.Allocator->MaxManaged && IsAligned(block, alignment)
                && LargeBlocks.TryResizeSlices(reservation, place.Slice->First, bytes);
        }

        return FitsInPlace(block, place.UsableBytes, bytes, alignment);
    }

    /// <summary>Whether a block of so many usable bytes goes on serving a new size: not when it would use less than half.</summary>
    public static bool FitsInPlace(void* block, nuint usable, nuint bytes, nuint alignment) =>
        bytes <= usable && (bytes >= usable / 2 || usable <= Layout.CacheLine) && IsAligned(block, alignment);

    public static bool IsAligned(void* block, nuint alignment) => ((nuint)block & (alignment - 1)) == 0;
}
