using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>Blocks of any size, of any allocator, by any thread: behind the fast paths.</summary>
internal static unsafe class AnyBlock
{
    /// <summary>Allocates; null with errno set when refused. An allocator of null stands for the process's.</summary>
    public static void* Allocate(Allocator* allocator, nuint bytes, nuint alignment, bool* zeroed)
    {
        AllocStatus status = AllocStatus.OutOfMemory;
        void* block = null;
        if (Process.Require() && !LargeBlocks.IsImpossible(bytes, alignment))
        {
            allocator = allocator != null ? allocator : Process.Allocator;
            block = AllocateOrReclaim(Shim.Thread(), allocator, bytes, alignment, &status, zeroed);
        }

        if (block == null)
        {
            if (status == AllocStatus.LimitReached)
            {
                // A counter: atomic so that none is lost; it orders nothing.
                Atomic.Add(&allocator->LimitRefusals, 1);
            }

            Shim.TellNoMemory();
        }

        return block;
    }

    /// <summary>Frees, by a thread that may have no heap of the block's allocator. What is refused is told.</summary>
    /// <param name="heap">The thread's heap; null where it has none.</param>
    /// <param name="block">Any address but null.</param>
    /// <param name="expected">Whose block it must be; null for anyone's.</param>
    public static void Free(ThreadHeap* heap, void* block, Allocator* expected)
    {
        if (Process.Reservation == null)
        {
            Faults.Refuse(BlockStatus.UnknownPointer, block);
            return;
        }

        // The first free in a full slab, as a rule.
        Slab* slice = LocalFree.FindLive(heap, block, Process.FirstSlice, Process.SliceCount, Process.Table, out uint index);
        if (slice != null && LocalFree.Free(heap, slice, index) == BlockStatus.Live)
        {
            return;
        }

        Faults.TellFound(heap);
        BlockStatus status = Blocks.Free(Process.Reservation, block, expected, Threads.Token(Shim.Thread()));
        if (status != BlockStatus.Live)
        {
            Faults.Refuse(status, block);
        }
    }

    /// <summary>Finds a live block; false when there is none, which is told.</summary>
    public static bool TryFind(void* block, Allocator* expected, BlockPlace* place)
    {
        BlockStatus status = Process.Reservation == null
            ? BlockStatus.UnknownPointer
            : Blocks.Find(Process.Reservation, block, expected, place);
        if (status == BlockStatus.Live)
        {
            return true;
        }

        Faults.Refuse(status, block);
        return false;
    }

    private static void* AllocateOrReclaim(
        NativeThread* thread, Allocator* allocator, nuint bytes, nuint alignment, AllocStatus* status, bool* zeroed)
    {
        bool wanted = *zeroed;

        // What comes back may be taken by others, again and again.
        const int MostTurns = 8;
        for (int turn = 0; ; turn++)
        {
            *zeroed = wanted;
            ulong borrowed;
            ThreadHeap* heap = Threads.Acquire(thread, allocator, status, &borrowed);
            Faults.TellFound(heap);
            void* block = heap == null ? null : Allocation.Alloc(heap, bytes, alignment, status, zeroed);
            Threads.GiveBack(heap, borrowed);
            if (block != null || turn == MostTurns || Rounds.TrimFamily(allocator, Threads.Token(thread)) == 0)
            {
                return block;
            }
        }
    }
}
