using System.Runtime.CompilerServices;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>Frees of what is no live block: one line on standard error, and the end of the process; or counted only.</summary>
internal static unsafe class Faults
{
    /// <summary>BITSLAB_INVALID_FREE=ignore.</summary>
    public static bool Ignore;

    /// <summary>Tells of an address that a call was given.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Refuse(BlockStatus status, void* block)
    {
        if (Process.Allocator != null)
        {
            // A counter: atomic so that none is lost; it orders nothing.
            Atomic.Add(&Process.Allocator->InvalidFrees, 1);
        }

        Report(status, block);
    }

    /// <summary>Tells of blocks that were freed twice at the same time, by their owner and by another thread, and found when they were collected.</summary>
    public static void TellFound(ThreadHeap* heap)
    {
        if (heap == null || Atomic.LoadAcquire(&heap->FaultCount) == 0)
        {
            return;
        }

        HeapLock.EnterAsOwner(heap);
        void* first = (void*)heap->Faults[0];
        heap->FaultCount = 0;
        HeapLock.ExitAsOwner(heap);
        Report(BlockStatus.DoubleFree, first);
    }

    private static void Report(BlockStatus status, void* block)
    {
        if (Ignore)
        {
            return;
        }

        byte* space = stackalloc byte[Text.Capacity];
        Text text = new(space);
        text.Add("bitslab: "u8);
        switch (status)
        {
            case BlockStatus.DoubleFree: text.Add("double free of "u8); break;
            case BlockStatus.InteriorPointer: text.Add("free of a pointer into a block: "u8); break;
            case BlockStatus.OtherAllocator: text.Add("free of another allocator's block: "u8); break;
            case BlockStatus.StaleBlock: text.Add("free of a block from before a reset: "u8); break;
            default: text.Add("free of what is no block: "u8); break;
        }

        text.AddHex((ulong)block);
        text.Add("\n"u8);
        Shim.Tell(space, text.Length);
        Shim.Abort();
    }
}
