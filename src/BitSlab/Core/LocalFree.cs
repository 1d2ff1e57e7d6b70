using System.Runtime.CompilerServices;

namespace BitSlab.Core;

/// <summary>A free by the thread that owns the slab: one bit, no lock, no write to the block.</summary>
internal static unsafe class LocalFree
{
    // A collection costs some ten times what such a free costs more than a fast one.
    private const uint HinderedFreesPerCollection = 16;

    /// <summary>
    /// The fast path. False, and nothing changed, for anything but a plain correct free of the heap's own block: the slow
    /// path then finds out what it is.
    /// </summary>
    /// <param name="heap">The calling thread's heap.</param>
    /// <param name="block">Any address.</param>
    /// <param name="firstSlice">The reservation's.</param>
    /// <param name="sliceCount">The reservation's.</param>
    /// <param name="table">The reservation's.</param>
    /// <param name="wholeOutOfLine">
    /// A constant. Whether the slow path is to free what makes a word whole, so that this calls nobody and saves no registers: good where the way to
    /// the slow path is short.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFree(
        ThreadHeap* heap, void* block, nuint firstSlice, nuint sliceCount, Slab* table, bool wholeOutOfLine = false)
    {
        unchecked
        {
            nuint number = Slab.SliceOf(block);
            if (!Slab.IsReserved(number, firstSlice, sliceCount))
            {
                return false;
            }

            Slab* slice = Slab.At(number, table);
            uint index = Slab.IndexOf(slice, block);

            // Plain: only this thread, or who holds its lock, writes this heap there. Another's mark may be seen late: then its bit is in the
            // remote word, and is collected.
            if (Atomic.Load((void**)&slice->LocalOwner) != heap || index >= slice->BlockCount)
            {
                return false;
            }

            // The block allocated last, and its word not changed since: what is stored, and where, waits for no look into the descriptor. Its
            // slab is current: in a list, and no free there asks whether it is empty.
            ulong before = heap->LastFree;
            if (block == heap->LastBlock && Atomic.Load(heap->LastWord) == (before & (before - 1)))
            {
                // Release: as below.
                Atomic.StoreRelease(heap->LastWord, before);
                return true;
            }

            ulong bit = 1ul << (int)index;
            ulong* word = slice->FreeWords + (index >> 6);

            // Plain: the owner's own word.
            ulong free = Atomic.Load(word);
            Slab* first = slice->First;

            // A set bit: free already. In no list: the slab was full, and has to be linked before its first bit is set.
            ulong after = free | bit;
            if (after == free || Atomic.Load(&first->InList) == 0)
            {
                return false;
            }

            if (after == first->WholeWord || after == first->WholeLastWord)
            {
                if (wholeOutOfLine)
                {
                    return false;
                }

                StoreWholeWord(heap, first, word, after);
                return true;
            }

            // Release, and the last access: whoever sees the slab whole may take it away, and must see this thread done with the block.
            Atomic.StoreRelease(word, after);
            return true;
        }
    }

    /// <summary>
    /// The descriptor of the slice of a block that is surely live and the heap's own; null for anything else, and while remote bits
    /// are pending, when a look at the remote words is wanted.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slab* FindLive(
        ThreadHeap* heap, void* block, nuint firstSlice, nuint sliceCount, Slab* table, out uint index)
    {
        index = 0;
        nuint number = Slab.SliceOf(block);
        if (!Slab.IsReserved(number, firstSlice, sliceCount))
        {
            return null;
        }

        Slab* slice = Slab.At(number, table);
        index = Slab.IndexOf(slice, block);

        // Plain, as in TryFree.
        bool isOwn = Atomic.Load((void**)&slice->LocalOwner) == heap && index < slice->BlockCount;
        return isOwn && (Atomic.Load(slice->FreeWords + (index >> 6)) & (1ul << (int)index)) == 0 ? slice : null;
    }

    /// <summary>
    /// The owner's free out of line: full slabs, words that become wholly free, slabs with pending remote bits. The index has been checked. Under the lock, or a double
    /// free could see its slab taken away, and cut anew for another, between its look at the bits and its store.
    /// </summary>
    public static BlockStatus Free(ThreadHeap* heap, Slab* slice, uint index)
    {
        Slab* empty = null;
        HeapLock.EnterAsOwner(heap);
        BlockStatus status = FreeLocked(heap, slice->First, index, &empty);
        HeapLock.ExitAsOwner(heap);
        SlabLife.ReturnChain(heap->Allocator, empty);

        // The slab has room now that nobody may want for long. Behind the link, whose barrier the timer's stop runs on every thread.
        Rounds.EnsureTimer(heap->Allocator->Reservation);
        return status;
    }

    private static BlockStatus FreeLocked(ThreadHeap* heap, Slab* first, uint index, Slab** empty)
    {
        // Maintenance has taken the slab since the block was found: all its blocks were free.
        if (!Collection.IsOwn(heap, first))
        {
            return BlockStatus.DoubleFree;
        }

        int w = (int)(index >> 6);
        ulong bit = 1ul << (int)(index & 63);

        // Plain: the owner's own word.
        ulong free = Atomic.Load(first->FreeWords + w);

        // While remote bits are pending (the local owner is taken out for that) a double free may stand among them.
        ulong remote = Atomic.LoadAcquire(Reservation.RemoteWords(heap->Allocator->Reservation, first) + w);
        if (((free | remote) & bit) != 0)
        {
            return BlockStatus.DoubleFree;
        }

        if (first->InList == 0)
        {
            first->InList = 1;
            ThreadHeap.Link(heap, first);
        }

        uint sizeClass = first->Class;

        // Plain: a hint, for a count.
        bool isHindered = Atomic.Load((void**)&first->LocalOwner) != heap;

        // Plain: the lock's release makes it visible.
        Atomic.Store(first->FreeWords + w, free | bit);
        if (ThreadHeap.Entry(heap, first->Class)->Slab != first)
        {
            *empty = Collection.TakeIfEmpty(heap, first, null);
        }

        // A class whose slabs never run dry is not collected otherwise, and one remote free would keep its local ones out of line for good.
        if (isHindered && unchecked(++heap->HinderedFrees) % HinderedFreesPerCollection == 0)
        {
            *empty = Collection.Drain(heap, sizeClass, *empty);
        }

        return BlockStatus.Live;
    }

    // Stores a word that is wholly free now, and gives the slab back if all its words are. Behind the store the slab may have
    // been taken away by maintenance, given back, and born anew as anything: what the first look needs is read before, and under
    // the lock the descriptor is asked what it is now.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreWholeWord(ThreadHeap* heap, Slab* first, ulong* word, ulong free)
    {
        ulong* words = first->FreeWords;
        uint blocks = first->BlockCount;

        // Release, and the last access: as on the fast path.
        Atomic.StoreRelease(word, free);
        if (!SlabLife.IsWhole(words, blocks))
        {
            return;
        }

        Allocator* allocator = heap->Allocator;
        Slab* empty = null;
        HeapLock.EnterAsOwner(heap);
        if (Collection.IsOwn(heap, first) && ThreadHeap.Entry(heap, first->Class)->Slab != first)
        {
            empty = Collection.TakeIfEmpty(heap, first, null);
        }

        HeapLock.ExitAsOwner(heap);
        SlabLife.ReturnChain(allocator, empty);
    }
}
