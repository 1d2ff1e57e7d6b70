using System.Runtime;
using System.Runtime.CompilerServices;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>
/// malloc and its kin on the process's allocator: what C wants of them. Null with errno ENOMEM when memory is refused. The shim hands in the
/// calling thread's heap, null where it has none.
/// </summary>
internal static unsafe class Malloc
{
    // C's objects stand at 16; what slabs serve does so anyway.
    private const nuint Standard = 16;

    [RuntimeExport("bs_core_malloc")]
    public static void* Allocate(ThreadHeap* heap, nuint bytes)
    {
        // A size of 0 becomes the largest number, and so leaves the fast path.
        nuint last = unchecked(bytes - 1);
        if (last < ThreadHeap.DirectBytes && heap != null)
        {
            LocalAlloc.TryTake(heap, ThreadHeap.EntryFor(heap, last), out void* block);
            if (block != null)
            {
                return block;
            }
        }

        return AllocateSlow(heap, bytes);
    }

    [RuntimeExport("bs_core_free")]
    public static void Free(ThreadHeap* heap, void* block)
    {
        if (LocalFree.TryFree(heap, block, Process.FirstSlice, Process.SliceCount, Process.Table, wholeOutOfLine: true))
        {
            return;
        }

        FreeSlow(heap, block);
    }

    [RuntimeExport("bs_core_calloc")]
    public static void* AllocateZeroed(ThreadHeap* heap, nuint count, nuint size)
    {
        nuint bytes = unchecked(count * size);
        if ((count | size) >> (sizeof(nuint) * 4) != 0 && count != 0 && bytes / count != size)
        {
            Shim.TellNoMemory();
            return null;
        }

        bool zeroed = true;
        void* block = heap != null ? LocalAlloc.TakeOrRefillZeroed(heap, bytes, out zeroed) : null;
        if (block == null)
        {
            zeroed = true;
            block = AnyBlock.Allocate(Process.Allocator, bytes, 1, &zeroed);
        }

        if (block != null && !zeroed)
        {
            Shim.Fill(block, 0, bytes);
        }

        return block;
    }

    [RuntimeExport("bs_core_realloc")]
    public static void* Reallocate(ThreadHeap* heap, void* block, nuint bytes)
    {
        if (block == null)
        {
            return Allocate(heap, bytes);
        }

        if (bytes == 0)
        {
            // As the C library's does.
            Free(heap, block);
            return null;
        }

        Slab* slice = LocalFree.FindLive(heap, block, Process.FirstSlice, Process.SliceCount, Process.Table, out _);
        nuint usable;
        if (slice != null)
        {
            usable = slice->BlockSize;
            if (Allocation.FitsInPlace(block, usable, bytes, 1))
            {
                return block;
            }
        }
        else
        {
            BlockPlace place;
            if (!AnyBlock.TryFind(block, null, &place))
            {
                return null;
            }

            usable = place.UsableBytes;
            if (Allocation.TryReallocInPlace(Process.Reservation, block, place, bytes, 1))
            {
                return block;
            }
        }

        void* moved = Allocate(heap, bytes);
        if (moved == null)
        {
            // One that is to shrink and finds no smaller one goes on as it is.
            return bytes <= usable ? block : null;
        }

        Shim.Copy(moved, block, bytes < usable ? bytes : usable);
        Free(Shim.Thread()->Heap, block);
        return moved;
    }

    /// <summary>Any alignment that is a power of two.</summary>
    [RuntimeExport("bs_core_aligned")]
    public static void* AllocateAligned(ThreadHeap* heap, nuint alignment, nuint bytes)
    {
        if (alignment <= Standard)
        {
            return Allocate(heap, bytes);
        }

        void* block = heap != null ? LocalAlloc.TakeOrRefill(heap, bytes, alignment) : null;
        if (block != null)
        {
            return block;
        }

        bool zeroed = false;
        return AnyBlock.Allocate(Process.Allocator, bytes, alignment, &zeroed);
    }

    /// <summary>The bytes that a block holds; 0 for null.</summary>
    [RuntimeExport("bs_core_usable_size")]
    public static nuint UsableSize(void* block)
    {
        BlockPlace place;
        return block != null && AnyBlock.TryFind(block, null, &place) ? place.UsableBytes : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* AllocateSlow(ThreadHeap* heap, nuint bytes)
    {
        if (heap != null)
        {
            void* block = LocalAlloc.TakeOrStep(heap, bytes);
            if (block != null)
            {
                return block;
            }
        }

        return AllocateSlower(heap, bytes);
    }

    // Apart: what most calls need saves no registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* AllocateSlower(ThreadHeap* heap, nuint bytes)
    {
        void* block = heap != null ? LocalAlloc.TakeOrRefill(heap, bytes) : null;
        if (block == null)
        {
            bool zeroed = false;
            block = AnyBlock.Allocate(Process.Allocator, bytes, 1, &zeroed);
        }

        Upkeep.Look();
        return block;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FreeSlow(ThreadHeap* heap, void* block)
    {
        // Mostly another thread's block of a slab: without detours. Acquire, and first: whoever sees a kind sees the fields that go with it.
        nuint number = Slab.SliceOf(block);
        if (Slab.IsReserved(number, Process.FirstSlice, Process.SliceCount))
        {
            Slab* slice = Slab.At(number, Process.Table);
            bool inSlab = Atomic.LoadAcquire(&slice->Kind) == (byte)SliceKind.Slab;
            uint index = Slab.IndexOf(slice, block);
            if (inSlab && index < slice->BlockCount && slice->First->Heap != heap
                && RemoteFree.Free(Process.Reservation, slice, slice, (int)(index >> 6), 1ul << (int)(index & 63)) == 0)
            {
                return;
            }
        }

        if (block != null)
        {
            AnyBlock.Free(heap, block, null);
        }
    }
}
