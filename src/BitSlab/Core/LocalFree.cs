using System.Runtime.CompilerServices;

namespace BitSlab.Core;

/// <summary>A free by the thread that owns the slab: one bit, no lock, no write to the block.</summary>
internal static unsafe class LocalFree
{
    /// <summary>
    /// The fast path. False, and nothing changed, for anything but a plain correct free of the heap's own block: the slow
    /// path then finds out what it is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFree(ThreadHeap* heap, void* block, nuint reservationBase, nuint reservationBytes, Slab* slabs)
    {
        unchecked
        {
            nuint offset = (nuint)block - reservationBase;
            if (offset >= reservationBytes)
            {
                return false;
            }

            Slab* slice = (Slab*)((byte*)slabs + ((offset >> Layout.SliceShift) << 7));
            uint inSlab = (uint)offset - slice->BaseOffset;
            uint index = Slab.IndexOf(inSlab, slice->Reciprocal);
            if (Atomic.Load((void**)&slice->LocalOwner) != heap || index * slice->BlockSize != inSlab || index >= slice->BlockCount)
            {
                return false;
            }

            ulong bit = 1ul << (int)index;
            ulong* word = slice->FreeWords + (index >> 6);
            ulong free = Atomic.Load(word);
            Slab* first = slice->First;
            ulong summary = Atomic.Load(&first->Summary);

            // A set bit: free already. No summary: the slab was full, and has to be linked before its first bit is set.
            if ((free & bit) != 0 || summary == 0)
            {
                return false;
            }

            Atomic.Store(&first->Summary, summary | (1ul << (int)(index >> 6)));
            free |= bit;
            if (free == first->WholeWord | free == first->WholeLastWord)
            {
                StoreWholeWord(heap, first, word, free);
                return true;
            }

            // Release, and the last access: whoever sees the slab whole may take it away, and must see the summary written.
            Atomic.StoreRelease(word, free);
            return true;
        }
    }

    /// <summary>
    /// The descriptor of the slice of a block that is surely live and the heap's own; null for anything else, and while remote bits
    /// are pending, when a look at the remote words is wanted.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slab* FindLive(ThreadHeap* heap, void* block, nuint reservationBase, nuint reservationBytes, Slab* slabs)
    {
        unchecked
        {
            nuint offset = (nuint)block - reservationBase;
            if (offset >= reservationBytes)
            {
                return null;
            }

            Slab* slice = slabs + (offset >> Layout.SliceShift);
            uint inSlab = (uint)offset - slice->BaseOffset;
            uint index = Slab.IndexOf(inSlab, slice->Reciprocal);
            bool isOwn = Atomic.Load((void**)&slice->LocalOwner) == heap && index * slice->BlockSize == inSlab && index < slice->BlockCount;
            return isOwn && (Atomic.Load(slice->FreeWords + (index >> 6)) & (1ul << (int)index)) == 0 ? slice : null;
        }
    }

    /// <summary>The owner's free out of line: full slabs, slabs with pending remote bits. The index has been checked.</summary>
    public static BlockStatus Free(ThreadHeap* heap, Slab* slice, uint index)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        Slab* first = slice->First;
        int w = (int)(index >> 6);
        ulong bit = 1ul << (int)(index & 63);
        ulong free = Atomic.Load(first->FreeWords + w);

        // While remote bits are pending (the local owner is taken out for that) a double free may stand among them.
        if ((free & bit) != 0 || (Atomic.LoadAcquire(Reservation.RemoteWords(reservation, first) + w) & bit) != 0)
        {
            return BlockStatus.DoubleFree;
        }

        if (Atomic.Load(&first->Summary) == 0)
        {
            // Linked before the bit is set: a slab with a free bit is always to be found. Read anew under the lock.
            CoreLock.Enter(&heap->Lock, &reservation->Os);
            if (first->InList == 0)
            {
                first->InList = 1;
                ThreadHeap.Link(heap, first);
            }

            CoreLock.Exit(&heap->Lock);
        }

        Atomic.Store(&first->Summary, Atomic.Load(&first->Summary) | (1ul << w));
        free |= bit;
        if (free == first->WholeWord || free == first->WholeLastWord)
        {
            StoreWholeWord(heap, first, first->FreeWords + w, free);
            return BlockStatus.Live;
        }

        // Release, and the last access: as on the fast path.
        Atomic.StoreRelease(first->FreeWords + w, free);
        return BlockStatus.Live;
    }

    // Stores a word that is wholly free now, and gives the slab back if all its words are. Behind the store the slab may have
    // been taken away by maintenance, given back, and born anew as anything: what the first look needs is read before, and under
    // the lock the descriptor is asked what it is now.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreWholeWord(ThreadHeap* heap, Slab* first, ulong* word, ulong free)
    {
        ulong* words = first->FreeWords;
        int blocks = first->BlockCount;

        // Release, and the last access: as on the fast path.
        Atomic.StoreRelease(word, free);
        if (!SlabLife.IsWhole(words, blocks))
        {
            return;
        }

        Allocator* allocator = heap->Allocator;
        Slab* empty = null;
        CoreLock.Enter(&heap->Lock, &allocator->Reservation->Os);
        if (first->Kind == (byte)SliceKind.Slab && first->First == first && first->Heap == heap
            && ThreadHeap.Entry(heap, first->Class)->Slab != first)
        {
            empty = Collection.TakeIfEmpty(heap, first, null);
        }

        CoreLock.Exit(&heap->Lock);
        SlabLife.ReturnChain(allocator, empty);
    }
}
