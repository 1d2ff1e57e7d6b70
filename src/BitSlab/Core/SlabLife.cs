using System.Numerics;

namespace BitSlab.Core;

/// <summary>A slab's birth from free slices and its way back to them.</summary>
internal static unsafe class SlabLife
{
    /// <summary>Cuts a slab for a heap. It stands in no list and is not current yet; null when memory or the limit is exhausted.</summary>
    public static Slab* Create(ThreadHeap* heap, uint sizeClass, AllocStatus* status)
    {
        Allocator* allocator = heap->Allocator;
        Reservation* reservation = allocator->Reservation;
        uint blockSize = ThreadHeap.BlockSizes(heap)[sizeClass];
        uint blocks = BlockCount(blockSize, allocator->BlocksPerSlab);
        int slices = (int)(((blocks * blockSize) + Layout.SliceBytes - 1) >> Layout.SliceShift);

        nuint slice;
        bool zeroed;
        *status = Chunks.Take(allocator, slices, 1, slices == 1, &slice, &zeroed);
        if (*status != AllocStatus.Ok)
        {
            return null;
        }

        int words = (int)(blocks + 63) / 64;
        Slab* first = reservation->Slabs + slice;
        *status = EnsureArea(allocator, first, words);
        if (*status != AllocStatus.Ok)
        {
            if (zeroed)
            {
                Chunks.ReturnUntouched(allocator, slice, slices);
            }
            else
            {
                Chunks.Return(allocator, slice, slices);
            }

            return null;
        }

        first->FreeWords = AreaOf(reservation, first);
        for (int w = 0; w < words; w++)
        {
            // Plain: nobody looks before the kind is valid, which is stored last, with release.
            Atomic.Store(first->FreeWords + w, Slab.ValidBits(blocks, w));
        }

        // Before there are blocks to count: a descriptor that was never used reads as the heap of a thread that has none.
        first->SliceCount = (byte)slices;
        SetLocalOwner(first, Slab.NoHeap);
        first->First = first;
        first->Start = unchecked((uint)(nuint)Reservation.SliceAddress(reservation, slice));
        first->Shift = (byte)BitOperations.TrailingZeroCount(blockSize);
        first->Inverse = Slab.InverseOf(blockSize >> first->Shift);
        first->BlockSize = (ushort)blockSize;
        first->BlockCount = blocks;
        Atomic.Store((void**)&first->Heap, heap);
        first->Next = null;
        first->Previous = null;
        first->Untouched = zeroed ? 0 : blocks;
        first->PurgedCount = 0;
        first->SeenIdle = 0;
        first->Class = (ushort)sizeClass;
        first->CurrentWord = Slab.NoWord;
        first->InList = 0;
        SetWhole(first, notice: true);
        for (int k = 1; k < slices; k++)
        {
            Slab* copy = first + k;
            copy->FreeWords = first->FreeWords;
            copy->First = first;
            copy->Start = first->Start;
            copy->Shift = first->Shift;
            copy->Inverse = first->Inverse;
            copy->BlockSize = (ushort)blockSize;
            copy->BlockCount = blocks;
        }

        DropStrayRemoteBits(reservation, first);
        SetLocalOwner(first, heap);
        for (int k = slices - 1; k >= 0; k--)
        {
            // Release: whoever sees a slab here sees its fields.
            Atomic.StoreRelease(&first[k].Kind, (byte)SliceKind.Slab);
        }

        return first;
    }

    /// <summary>
    /// Makes the descriptors of a slab or large block invalid, before its slices are returned. For a slab: under its heap's lock,
    /// wholly free, without remote bits, in no list, not current.
    /// </summary>
    public static void Invalidate(Slab* first, SliceKind kind)
    {
        int slices = first->SliceCount;
        for (int k = 0; k < slices; k++)
        {
            // First of all the kind: a misuse that comes now is refused by it.
            Atomic.StoreRelease(&first[k].Kind, (byte)kind);
            Atomic.Store((void**)&first[k].LocalOwner, Slab.NoHeap);
        }

        first->InList = 0;
        first->Generation = unchecked(first->Generation + 1);
    }

    /// <summary>Returns the slices of slabs that were made invalid and chained by their next links. No heap lock is held.</summary>
    public static void ReturnChain(Allocator* allocator, Slab* chain)
    {
        Reservation* reservation = allocator->Reservation;
        while (chain != null)
        {
            Slab* next = chain->Next;
            nuint slice = Reservation.SliceIndex(reservation, chain);
            if (chain->PurgedCount == 0)
            {
                Chunks.Return(allocator, slice, chain->SliceCount);
            }
            else
            {
                Chunks.ReturnPurged(allocator, slice, chain->SliceCount, Holes.Forget(reservation, chain));
            }

            chain = next;
        }
    }

    /// <summary>Whether all blocks are free by the slab's own words. Of a slab that is not current a full reading is final.</summary>
    public static bool IsWhole(Slab* first) => IsWhole(first->FreeWords, first->BlockCount);

    /// <summary>Whether all of so many blocks are free by these words.</summary>
    public static bool IsWhole(ulong* words, uint blocks)
    {
        for (int w = 0; (uint)w << 6 < blocks; w++)
        {
            // Acquire: who sees the slab whole sees its owner done with it (pairs with the free's release).
            if (Atomic.LoadAcquire(words + w) != Slab.ValidBits(blocks, w))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether any block is free by the slab's own words.</summary>
    public static bool HasFreeBlock(Slab* first)
    {
        ulong any = 0;
        for (int w = 0; w < first->WordCount; w++)
        {
            // Acquire pairs with the frees' release.
            any |= Atomic.LoadAcquire(first->FreeWords + w);
        }

        return any != 0;
    }

    /// <summary>Whether any remote bit or mark is there: a freer is, or was, on its way.</summary>
    public static bool HasRemoteBits(Reservation* reservation, Slab* first)
    {
        ulong* remote = Reservation.RemoteWords(reservation, first);
        int words = first->WordCount;

        // Acquire pairs with the freers' ORs, which are full barriers: summary and word are each seen with what came before.
        ulong any = Atomic.LoadAcquire(&first->RemoteSummary);
        for (int w = 0; w < words; w++)
        {
            any |= Atomic.LoadAcquire(remote + w);
        }

        return any != 0;
    }

    /// <summary>Lets the fast path free in the slab, or keeps it from it. In every slice.</summary>
    public static void SetLocalOwner(Slab* first, ThreadHeap* heap)
    {
        for (int k = 0; k < first->SliceCount; k++)
        {
            Atomic.Store((void**)&first[k].LocalOwner, heap);
        }
    }

    /// <summary>Tells frees to notice, or not to notice, that a word is wholly free. Not while the slab is current.</summary>
    public static void SetWhole(Slab* first, bool notice)
    {
        first->WholeWord = notice ? ulong.MaxValue : 0;
        first->WholeLastWord = notice ? Slab.ValidBits(first->BlockCount, first->WordCount - 1) : 0;
    }

    /// <summary>The words of a slice that has an area.</summary>
    public static ulong* AreaOf(Reservation* reservation, Slab* slice) =>
        (ulong*)(reservation->FreeWords + ((nuint)(slice->Area >> 4) * Layout.CacheLine));

    /// <summary>How many words a slice's area has; 0 without one.</summary>
    public static int AreaWords(Slab* slice) => (int)(slice->Area & 15) * WordArena.WordsPerLine;

    /// <summary>Gives the area of a slice back whose chunk goes.</summary>
    public static void DropArea(Allocator* allocator, Slab* slice)
    {
        if (slice->Area != 0)
        {
            WordArena.Return(allocator, AreaOf(allocator->Reservation, slice), AreaWords(slice));
            slice->Area = 0;
        }
    }

    // The slice's own area if it is large enough. The slice is nobody else's.
    private static AllocStatus EnsureArea(Allocator* allocator, Slab* slice, int words)
    {
        if (AreaWords(slice) >= words)
        {
            return AllocStatus.Ok;
        }

        AllocStatus status;
        ulong* area = WordArena.Take(allocator, words, &status);
        if (area == null)
        {
            return status;
        }

        DropArea(allocator, slice);
        nuint line = (nuint)((byte*)area - allocator->Reservation->FreeWords) / Layout.CacheLine;
        slice->Area = (uint)((line << 4) | (nuint)WordArena.Lines(words));
        return AllocStatus.Ok;
    }

    // A misuse that was in flight while the slices were given back left its bit: it must not make a correct free look double.
    private static void DropStrayRemoteBits(Reservation* reservation, Slab* first)
    {
        ulong* remote = Reservation.RemoteWords(reservation, first);
        for (int w = 0; w < first->WordCount; w++)
        {
            // A look, and then the exchange takes whatever stands there: a full barrier, so that no bit is dropped twice.
            if (Atomic.LoadAcquire(remote + w) != 0 && Atomic.Exchange(remote + w, 0) != 0)
            {
                Atomic.Add(&first->Heap->Allocator->InvalidFrees, 1);
            }
        }
    }

    // Small blocks: one slice, of which a thread that uses many classes holds many. Larger ones: enough blocks to make a slab's
    // birth rare and its unused tail small.
    private static uint BlockCount(uint blockSize, int blocksPerSlab)
    {
        if (blocksPerSlab != 0)
        {
            return uint.Min((uint)blocksPerSlab, Layout.ChunkBytes / blockSize);
        }

        uint slices = blockSize <= 1024 ? 1u : blockSize <= 4096 ? 4u : 8u;
        return uint.Min((slices << Layout.SliceShift) / blockSize, Layout.MaxBlocksPerSlab);
    }
}
