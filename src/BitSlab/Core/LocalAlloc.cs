using System.Numerics;
using System.Runtime.CompilerServices;

namespace BitSlab.Core;

/// <summary>Allocation by the thread that owns the heap: the next free bit of the word in use, else the next word, else the next slab.</summary>
internal static unsafe class LocalAlloc
{
    /// <summary>The fast path: false when the word in use has no free block, or is not to be used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTake(ThreadHeap* heap, nuint sizeClass, out void* block)
    {
        ClassEntry* entry = ThreadHeap.Entry(heap, sizeClass);

        // Once: maintenance may change the pointer. Plain: the owner's own data; others see it through the lock.
        ulong* word = entry->Word;
        ulong free = Atomic.Load(word);
        if (free == 0)
        {
            block = null;
            return false;
        }

        Atomic.Store(word, free & (free - 1));
        block = entry->WordBase + ((uint)BitOperations.TrailingZeroCount(free) * entry->BlockSize);
        return true;
    }

    /// <summary>
    /// Behind the fast path: any size that slabs serve, from the next word or slab where need be. Null for other sizes, when memory or the
    /// limit is exhausted, and while faults wait to be told.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void* TakeOrRefill(ThreadHeap* heap, nuint bytes)
    {
        // Acquire pairs with the recording of the fault.
        if (unchecked(bytes - 1) >= heap->MaxManaged || Atomic.LoadAcquire(&heap->FaultCount) != 0)
        {
            return null;
        }

        uint sizeClass = SizeClasses.ClassOf((uint)bytes, heap->GranularityShift);
        AllocStatus status;
        return TryTake(heap, sizeClass, out void* block) ? block : Refill(heap, sizeClass, &status);
    }

    /// <summary>The slow path, on the owner's thread: finds a word with a free block, and takes one.</summary>
    public static void* Refill(ThreadHeap* heap, uint sizeClass, AllocStatus* status)
    {
        ClassEntry* entry = ThreadHeap.Entry(heap, sizeClass);
        *status = AllocStatus.Ok;
        while (true)
        {
            if (NextWord(heap, entry, entry->Slab))
            {
                _ = TryTake(heap, sizeClass, out void* block);
                return block;
            }

            // Acquire pairs with the pusher's release; a push that is missed now is collected next time.
            if (Atomic.LoadAcquire((void**)&heap->Ready) != null)
            {
                Collection.Run(heap);
                if (Atomic.Load(&entry->Slab->Summary) != 0)
                {
                    continue;
                }
            }

            if (!NextSlab(heap, sizeClass, status))
            {
                return null;
            }
        }
    }

    // Round and round, not always lowest first: words that were visited long ago have gathered more free blocks. No lock:
    // maintenance never touches a current slab.
    private static bool NextWord(ThreadHeap* heap, ClassEntry* entry, Slab* slab)
    {
        ulong summary = Atomic.Load(&slab->Summary);
        while (summary != 0)
        {
            ulong ahead = summary & (ulong.MaxValue - 1 << slab->CurrentWord);
            int index = BitOperations.TrailingZeroCount(ahead != 0 ? ahead : summary);
            ulong* word = slab->FreeWords + index;
            if (Atomic.Load(word) != 0)
            {
                slab->CurrentWord = (byte)index;
                Atomic.Store(&slab->Summary, summary);
                entry->Word = word;
                entry->WordBase = Reservation.SliceAddress(
                    heap->Allocator->Reservation, Reservation.SliceIndex(heap->Allocator->Reservation, slab))
                    + ((nuint)(index << 6) * slab->BlockSize);
                return true;
            }

            summary &= ~(1ul << index);
        }

        Atomic.Store(&slab->Summary, 0);
        return false;
    }

    private static bool NextSlab(ThreadHeap* heap, uint sizeClass, AllocStatus* status)
    {
        HeapLock.EnterAsOwner(heap);
        Slab* slab = *ThreadHeap.WithRoom(heap, sizeClass);
        if (slab != null)
        {
            ThreadHeap.Unlink(heap, slab);
            MakeCurrent(heap, slab);
        }

        HeapLock.ExitAsOwner(heap);
        if (slab != null)
        {
            return true;
        }

        // The new slab is in hand before the old one is dropped: a failure here leaves the heap as it was.
        slab = SlabLife.Create(heap, sizeClass, status);
        if (slab == null)
        {
            return false;
        }

        HeapLock.EnterAsOwner(heap);
        MakeCurrent(heap, slab);
        HeapLock.ExitAsOwner(heap);
        return true;
    }

    // The old slab is used up: its first free finds its summary 0 and links it. Under the lock.
    private static void MakeCurrent(ThreadHeap* heap, Slab* slab)
    {
        ClassEntry* entry = ThreadHeap.Entry(heap, slab->Class);
        if (entry->Slab->Heap == heap)
        {
            entry->Slab->InList = 0;
            SlabLife.SetWhole(entry->Slab, notice: true);
        }

        slab->InList = 1;
        SlabLife.SetWhole(slab, notice: false);
        entry->Slab = slab;
        entry->BlockSize = slab->BlockSize;
        entry->Word = &heap->Allocator->Reservation->ZeroWord;
    }
}
