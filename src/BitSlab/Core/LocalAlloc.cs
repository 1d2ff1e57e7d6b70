using System.Numerics;
using System.Runtime.CompilerServices;

namespace BitSlab.Core;

/// <summary>Allocation by the thread that owns the heap: the next free bit of the word in use, else the next word, else the next slab.</summary>
internal static unsafe class LocalAlloc
{
    /// <summary>The fast path: false when the word in use has no free block, or is not to be used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTake(ThreadHeap* heap, ClassEntry* entry, out void* block)
    {
        // Once: maintenance may change the pointer. Plain: the owner's own data; others see it through the lock.
        ulong* word = entry->Word;
        ulong free = Atomic.Load(word);
        if (free == 0)
        {
            block = null;
            return false;
        }

        // Plain: only the owner writes the word. Whoever is handed the block is so behind this store; who looks without that may see it free a
        // while longer.
        Atomic.Store(word, free & (free - 1));
        heap->LastWord = word;
        heap->LastFree = free;
        block = entry->WordBase + (Bits.LowestSet(free) * entry->BlockSize);
        heap->LastBlock = block;
        return true;
    }

    /// <summary>
    /// Behind the fast path: any size that slabs serve, from the next word or slab where need be. Null for other sizes, when memory or the
    /// limit is exhausted, while faults wait to be told, and when sizes are to be sampled or the ladder is to change.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void* TakeOrRefill(ThreadHeap* heap, nuint bytes)
    {
        if (!IsServed(heap, bytes))
        {
            return null;
        }

        ClassEntry* entry = ThreadHeap.EntryOf(heap, (uint)bytes);
        return TryTake(heap, entry, out void* block) || TryStep(heap, entry, out block) ? block : Refill(heap, entry, false, out _);
    }

    /// <summary>The same, but no further than to the current slab's next word: null where that does not do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* TakeOrStep(ThreadHeap* heap, nuint bytes)
    {
        if (!IsServed(heap, bytes))
        {
            return null;
        }

        ClassEntry* entry = ThreadHeap.EntryOf(heap, (uint)bytes);
        return TryTake(heap, entry, out void* block) || TryStep(heap, entry, out block) ? block : null;
    }

    /// <summary>The same where zeros are wanted.</summary>
    /// <param name="heap">The heap.</param>
    /// <param name="bytes">Any size.</param>
    /// <param name="zeroed">Whether the block is known to read as zeros.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void* TakeOrRefillZeroed(ThreadHeap* heap, nuint bytes, out bool zeroed)
    {
        zeroed = false;
        if (!IsServed(heap, bytes))
        {
            return null;
        }

        ClassEntry* entry = ThreadHeap.EntryOf(heap, (uint)bytes);
        return TryTake(heap, entry, out void* block) ? block : Refill(heap, entry, true, out zeroed);
    }

    /// <summary>The same with an alignment, a power of two; null also for those that slabs do not serve.</summary>
    public static void* TakeOrRefill(ThreadHeap* heap, nuint bytes, nuint alignment)
    {
        if (!IsServed(heap, bytes))
        {
            return null;
        }

        // Mostly the class of the rounded size is a multiple of the alignment. Without a current slab its entry knows no block size, and has no word.
        nuint last = Reservation.RoundUp(bytes, alignment) - 1;
        if (last < heap->DirectLimit)
        {
            ClassEntry* likely = ThreadHeap.EntryFor(heap, last);
            if ((likely->BlockSize & (alignment - 1)) == 0 && TryTake(heap, likely, out void* found))
            {
                return found;
            }
        }

        uint sizeClass = ThreadHeap.ClassOf(heap, bytes, alignment);
        if (sizeClass == ThreadHeap.NoClass)
        {
            return null;
        }

        ClassEntry* entry = ThreadHeap.Entry(heap, sizeClass);
        return TryTake(heap, entry, out void* block) ? block : Refill(heap, entry, false, out _);
    }

    /// <summary>A block of a class, from the next word or slab where need be; null with the reason when refused.</summary>
    /// <param name="heap">The heap.</param>
    /// <param name="sizeClass">The class.</param>
    /// <param name="status">Why null was returned.</param>
    /// <param name="zeroed">In: whether a block is preferred that is known to read as zeros. Out: whether this one is.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Take(ThreadHeap* heap, uint sizeClass, AllocStatus* status, bool* zeroed)
    {
        *status = AllocStatus.Ok;
        if (TryTake(heap, ThreadHeap.Entry(heap, sizeClass), out void* block))
        {
            *zeroed = false;
            return block;
        }

        return Refill(heap, sizeClass, status, zeroed);
    }

    // Acquire pairs with the recording of the fault.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsServed(ThreadHeap* heap, nuint bytes) =>
        unchecked(bytes - 1) < heap->MaxManaged && Atomic.LoadAcquire(&heap->FaultCount) == 0;

    // Apart, so that the way in needs no memory for these.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* Refill(ThreadHeap* heap, ClassEntry* entry, bool wantsZeroed, out bool zeroed)
    {
        AllocStatus status;
        bool known = wantsZeroed;

        // The entry has no word during a burst. One that is not seen yet begins with the next allocation that comes here.
        void* block = Atomic.Load(&heap->BurstLeft) == 0 ? Refill(heap, ThreadHeap.ClassOf(heap, entry), &status, &known) : null;
        zeroed = known && block != null;
        return block;
    }

    // The slow path, on the owner's thread: finds a word with a free block, and takes one.
    private static void* Refill(ThreadHeap* heap, uint sizeClass, AllocStatus* status, bool* zeroed)
    {
        bool wantsZeroed = *zeroed;
        *zeroed = false;
        bool collectedAll = false;
        while (true)
        {
            void* untouched = wantsZeroed ? TakeUntouched(heap, sizeClass) : null;
            if (untouched != null)
            {
                *zeroed = true;
                return untouched;
            }

            ClassEntry* entry = ThreadHeap.Entry(heap, sizeClass);
            if (Step(heap, entry, out void* block) || (FindAhead(heap, entry) && Step(heap, entry, out block)))
            {
                return block;
            }

            if (Collection.Run(heap, sizeClass) || NextSlab(heap, sizeClass))
            {
                continue;
            }

            // Before a new slab is cut: what other threads freed of other classes may give slices back. Once, or they could keep this at it.
            if (!collectedAll)
            {
                collectedAll = true;
                if (Collection.RunAll(heap))
                {
                    continue;
                }
            }

            // Slabs that are cut from now on follow the allocator's newest ladder: the class is to be found anew.
            if (LadderChange.IsDue(heap))
            {
                *status = AllocStatus.LadderChanged;
                return null;
            }

            if (!NewSlab(heap, sizeClass, status))
            {
                // What the ladder has left behind may serve still.
                void* former = *status == AllocStatus.LimitReached ? LadderChange.TakeFormer(heap, sizeClass) : null;
                *status = former != null ? AllocStatus.Ok : *status;
                return former;
            }
        }
    }

    // The first block behind all that were handed out since their pages came from the OS. Its word is none that the fast path can reach: where
    // it can, that end is behind.
    private static void* TakeUntouched(ThreadHeap* heap, uint sizeClass)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        Slab* slab = ThreadHeap.Entry(heap, sizeClass)->Slab;
        uint index = slab->Untouched;
        if (index >= slab->BlockCount)
        {
            return null;
        }

        ulong* word = slab->FreeWords + (index >> 6);

        // Plain: as in TryTake.
        Atomic.Store(word, Atomic.Load(word) & ~(1ul << (int)(index & 63)));
        slab->Untouched = index + 1;
        return Reservation.AddressOf(reservation, slab) + ((nuint)index * slab->BlockSize);
    }

    // The step that most allocations behind the fast path need. Not during a burst, when the entry has to be without a word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryStep(ThreadHeap* heap, ClassEntry* entry, out void* block)
    {
        block = null;
        return Atomic.Load(&heap->BurstLeft) == 0 && Step(heap, entry, out block);
    }

    // Takes from the next of the current slab's words that had room. Round and round, not always lowest first: words that were visited long ago have
    // gathered more free blocks. No lock: maintenance never touches a current slab.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Step(ThreadHeap* heap, ClassEntry* entry, out void* block)
    {
        Slab* slab = entry->Slab;
        ulong* ahead = ThreadHeap.Ahead(heap, entry);
        for (ulong words = *ahead; words != 0;)
        {
            ulong behind = words & (ulong.MaxValue - 1 << slab->CurrentWord);
            int index = BitOperations.TrailingZeroCount(behind != 0 ? behind : words);
            words &= ~(1ul << index);
            *ahead = words;
            slab->CurrentWord = (byte)index;
            PointAt(heap, entry, index);
            if (TryTake(heap, entry, out block))
            {
                return true;
            }
        }

        block = null;
        return false;
    }

    private static bool FindAhead(ThreadHeap* heap, ClassEntry* entry)
    {
        Slab* slab = entry->Slab;
        ulong some = WordsWithRoom(slab->FreeWords, slab->WordCount);
        *ThreadHeap.Ahead(heap, entry) = some;
        return some != 0;
    }

    /// <summary>Points an entry at the word that it was last pointed at in its slab, if at any.</summary>
    public static void PointAtCurrentWord(ThreadHeap* heap, ClassEntry* entry)
    {
        // The empty slab has no words.
        if (entry->Slab->CurrentWord < entry->Slab->WordCount)
        {
            PointAt(heap, entry, entry->Slab->CurrentWord);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PointAt(ThreadHeap* heap, ClassEntry* entry, int index)
    {
        Slab* slab = entry->Slab;

        // From here on blocks of the word come and go without anybody's notice.
        slab->Untouched = uint.Max(slab->Untouched, uint.Min((uint)(index + 1) << 6, slab->BlockCount));
        entry->Word = slab->FreeWords + index;
        entry->WordBase = Reservation.AddressOf(heap->Allocator->Reservation, slab) + ((nuint)(index << 6) * slab->BlockSize);
    }

    private static ulong WordsWithRoom(ulong* words, int count)
    {
        ulong some = 0;
        for (int w = 0; w < count; w++)
        {
            // Plain: the owner's own words.
            some |= Atomic.Load(words + w) != 0 ? 1ul << w : 0;
        }

        return some;
    }

    private static bool NextSlab(ThreadHeap* heap, uint sizeClass)
    {
        Slab** first = ThreadHeap.WithRoom(heap, sizeClass);

        // Without the lock: maintenance takes slabs off the ring, and puts none there.
        if (*first == null)
        {
            return false;
        }

        HeapLock.EnterAsOwner(heap);
        Slab* slab = *first;
        if (slab != null && !Holes.TryFill(heap->Allocator->Reservation, slab))
        {
            slab = OneWithoutHoles(slab);
        }

        bool isOldPushed = false;
        if (slab != null)
        {
            ThreadHeap.Unlink(heap, slab);
            isOldPushed = MakeCurrent(heap, slab);
        }

        HeapLock.ExitAsOwner(heap);
        LookAfter(heap, isOldPushed);
        return slab != null;
    }

    // At the limit: one that needs no permits.
    private static Slab* OneWithoutHoles(Slab* first)
    {
        for (Slab* slab = first->Next; slab != first; slab = slab->Next)
        {
            if (slab->PurgedCount == 0)
            {
                return slab;
            }
        }

        return null;
    }

    // The new slab is in hand before the old one is dropped: a failure here leaves the heap as it was.
    private static bool NewSlab(ThreadHeap* heap, uint sizeClass, AllocStatus* status)
    {
        Slab* slab = SlabLife.Create(heap, sizeClass, status);
        if (slab == null)
        {
            return false;
        }

        HeapLock.EnterAsOwner(heap);

        // A misuse that was in flight since the slices' last life may have pushed the slab, and maintenance have taken it for an empty one.
        bool isOldPushed = Collection.IsOwn(heap, slab) && MakeCurrent(heap, slab);
        HeapLock.ExitAsOwner(heap);
        LookAfter(heap, isOldPushed || heap->Allocator->BurstLength != 0);
        return true;
    }

    // Another thread may have pushed the old slab while it was current, and so no work for the timer. Where sizes are sampled there is work as long
    // as something is allocated, and the timer sees none in an allocator without chunks.
    private static void LookAfter(ThreadHeap* heap, bool hasWork)
    {
        if (hasWork)
        {
            Rounds.EnsureTimer(heap->Allocator->Reservation);
        }
    }

    // The old slab is used up: its first free finds it in no list and links it. Under the lock. Whether it waits to be collected.
    private static bool MakeCurrent(ThreadHeap* heap, Slab* slab)
    {
        ClassEntry* entry = ThreadHeap.Entry(heap, slab->Class);
        Slab* old = entry->Slab;
        bool isPushed = false;
        if (old->Heap == heap)
        {
            old->InList = 0;
            SlabLife.SetWhole(old, notice: true);

            // Acquire. A freer that comes later than this look pushes the slab where it is no longer current, and sees to the timer itself.
            isPushed = Atomic.LoadAcquire(&old->RemoteSummary) != 0;
        }

        heap->LastBlock = null;
        slab->InList = 1;
        slab->SeenIdle = 0;
        SlabLife.SetWhole(slab, notice: false);
        entry->Slab = slab;
        entry->BlockSize = slab->BlockSize;
        entry->Word = &heap->Allocator->Reservation->ZeroWord;
        *ThreadHeap.Ahead(heap, entry) = 0;
        return isPushed;
    }
}
