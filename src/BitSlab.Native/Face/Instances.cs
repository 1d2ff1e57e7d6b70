using System.Runtime;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>Allocators that a program makes: bs_allocator_new and its kin.</summary>
internal static unsafe class Instances
{
    private const int MostSlots = 1 << 16;

    // One bit for each slot, 1 = taken; the first is the process's. Under the threads' lock.
    private static ulong* s_slots;

    [RuntimeExport("bs_core_allocator_new")]
    public static Allocator* Create(nuint limit)
    {
        Allocator* allocator = Process.Require() ? Lifetime.CreateAllocator(Process.Reservation) : null;
        int slot = allocator == null ? -1 : TakeSlot();
        if (slot < 0)
        {
            if (allocator != null)
            {
                Destroy(allocator, null);
            }

            Shim.TellNoMemory();
            return null;
        }

        Options.ApplyDefaults(allocator, limit == 0 || (long)limit < 0 ? long.MaxValue : (long)limit);
        allocator->Slot = slot;
        return allocator;
    }

    [RuntimeExport("bs_core_allocator_alloc")]
    public static void* Allocate(Allocator* allocator, nuint bytes)
    {
        ThreadHeap* heap = Threads.Find(Shim.Thread(), allocator);
        void* block = heap != null ? LocalAlloc.TakeOrRefill(heap, bytes) : null;
        if (block == null)
        {
            bool zeroed = false;
            block = AnyBlock.Allocate(allocator, bytes, 1, &zeroed);
        }

        return block;
    }

    [RuntimeExport("bs_core_allocator_free")]
    public static void Free(Allocator* allocator, void* block)
    {
        if (block == null)
        {
            return;
        }

        ThreadHeap* heap = Threads.Find(Shim.Thread(), allocator);
        if (!LocalFree.TryFree(heap, block, Process.FirstSlice, Process.SliceCount, Process.Table))
        {
            AnyBlock.Free(heap, block, allocator);
        }
    }

    /// <summary>Frees all blocks; no other thread is inside a call on the allocator.</summary>
    [RuntimeExport("bs_core_allocator_reset")]
    public static void Reset(Allocator* allocator)
    {
        CoreLock.Enter(&allocator->Gate, &Process.Reservation->Os);
        Lifetime.FreeAll(allocator);
        CoreLock.Exit(&allocator->Gate);
    }

    /// <summary>Gives all memory back; no other thread is inside a call on the allocator. Null does nothing.</summary>
    [RuntimeExport("bs_core_allocator_destroy")]
    public static void Destroy(Allocator* allocator)
    {
        if (allocator != null)
        {
            int slot = allocator->Slot;
            Threads.ClearSlot(slot);
            Destroy(allocator, &slot);
        }
    }

    private static void Destroy(Allocator* allocator, int* slot)
    {
        CoreLock.Enter(&allocator->Gate, &Process.Reservation->Os);
        Lifetime.DestroyAllocator(allocator);
        if (slot != null)
        {
            Threads.Enter();
            s_slots[*slot >> 6] &= ~(1ul << (*slot & 63));
            Threads.Exit();
        }
    }

    private static int TakeSlot()
    {
        int slot = -1;
        Threads.Enter();
        if (s_slots == null)
        {
            s_slots = (ulong*)Reservation.AllocateStructure(Process.Reservation, MostSlots / 8);
            if (s_slots != null)
            {
                *s_slots = 1;
            }
        }

        for (int w = 0; w < MostSlots / 64 && s_slots != null && slot < 0; w++)
        {
            if (s_slots[w] != ulong.MaxValue)
            {
                int bit = System.Numerics.BitOperations.TrailingZeroCount(~s_slots[w]);
                s_slots[w] |= 1ul << bit;
                slot = (w << 6) + bit;
            }
        }

        Threads.Exit();
        return slot;
    }
}
