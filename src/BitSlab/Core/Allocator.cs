using System.Numerics;
using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>
/// What the core knows of an allocator: its parameters, its chunks, its heaps, its account. Constant but for the last group.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Allocator
{
    /// <summary>Reset, disposal and maintenance exclude each other. First, so that all behind it can be cleared while it stays closed.</summary>
    public int Gate;

    public Reservation* Reservation;

    /// <summary>Never reused, never 0.</summary>
    public ulong Number;

    /// <summary>For the layer above: the allocator's place in each thread's table, and its managed object.</summary>
    public int Slot;
    public nint Host;

    public int GranularityShift;
    public int ClassCount;

    /// <summary>The largest size served from slabs.</summary>
    public uint MaxManaged;

    /// <summary>Sizes up to this one go by the linear classes: the fast path.</summary>
    public uint LinearLimit;

    /// <summary>The block size of the last class: <see cref="MaxManaged"/>, rounded up.</summary>
    public uint LargestBlock;

    public uint MinimumAlignment;

    /// <summary>0: chosen by size.</summary>
    public int BlocksPerSlab;

    public bool MallocForLarge;

    /// <summary>In bytes; long.MaxValue is none.</summary>
    public long Limit;

    /// <summary>Permits taken, in bytes. Atomic.</summary>
    public long Committed;

    /// <summary>Bytes of slices given back to the OS so far. Atomic.</summary>
    public long Returned;

    /// <summary>Ranges on their way to the OS, whose permits come back when they are there. Atomic.</summary>
    public long Returning;

    /// <summary>The part of <see cref="Committed"/> that is thread heaps. Atomic.</summary>
    public long HeapBytes;

    /// <summary>Frees refused, and those found at collection. Atomic.</summary>
    public long InvalidFrees;

    /// <summary>Blocks outside the chunks, and their bytes. Atomic.</summary>
    public long OutsideBlocks;
    public long OutsideBytes;
    public long OutsideReserved;

    /// <summary>While the structure waits for reuse: the next that does.</summary>
    public Allocator* NextFree;

    /// <summary>All heaps ever made; append-only.</summary>
    public ThreadHeap* Heaps;

    /// <summary>Guards what follows, and the slice words of the allocator's chunks.</summary>
    public int ChunkLock;
    public int ChunkCount;

    /// <summary>Where the slabs' bitmap words stand.</summary>
    public WordArena Words;

    public Chunk* FirstChunk;

    /// <summary>Partly used chunks with free slices: what became free last comes first, fresh chunks last, so that gaps fill up.</summary>
    public Chunk* FirstWithRoom;
    public Chunk* LastWithRoom;

    /// <summary>Free memory that stays resident.</summary>
    public IdleMemory Idle;

    /// <summary>The round in which maintenance was last here; its own, under the gate.</summary>
    public int LastRound;

    /// <summary>Clears all but the gate.</summary>
    public static void Clear(Allocator* allocator)
    {
        ulong* words = (ulong*)allocator;
        for (int i = 1; i < sizeof(Allocator) / sizeof(ulong); i++)
        {
            words[i] = 0;
        }
    }

    /// <summary>Sets the parameters, which have been validated, and what follows from them.</summary>
    public static void SetParameters(
        Allocator* allocator, uint granularity, uint maxManaged, uint minimumAlignment, int blocksPerSlab, bool mallocForLarge, long limit)
    {
        int shift = BitOperations.Log2(uint.Max(granularity, minimumAlignment));
        allocator->GranularityShift = shift;
        allocator->MaxManaged = maxManaged;
        allocator->LinearLimit = uint.Min(SizeClasses.LinearLimit(shift), maxManaged);
        allocator->ClassCount = SizeClasses.Count(shift, maxManaged);
        allocator->LargestBlock = SizeClasses.BlockSize((uint)allocator->ClassCount - 1, shift);
        allocator->MinimumAlignment = minimumAlignment;
        allocator->BlocksPerSlab = blocksPerSlab;
        allocator->MallocForLarge = mallocForLarge;
        allocator->Limit = limit;
    }

    /// <summary>Takes permits for bytes; false, and nothing taken, when that would pass the limit.</summary>
    public static bool TakePermits(Allocator* allocator, long bytes)
    {
        // Added only if it fits: a hopeless request must not make another one fail. No overflow: no request passes 2^46.
        long seen;
        do
        {
            seen = Atomic.LoadAcquire(&allocator->Committed);
            if (bytes > allocator->Limit - seen)
            {
                return false;
            }
        }
        while (!Atomic.CompareExchange((ulong*)&allocator->Committed, (ulong)(seen + bytes), (ulong)seen));

        return true;
    }

    public static void ReturnPermits(Allocator* allocator, long bytes) => Atomic.Add(&allocator->Committed, -bytes);
}
