using BitSlab.Core;

namespace BitSlab.Buffers;

/// <summary>What the fast paths of rent and disposal need of a thread, in memory that does not move. The thread's alone.</summary>
internal unsafe struct OwnerRing
{
    /// <summary>A power of two.</summary>
    public const int Length = 2_048;

    /// <summary>Places that were taken from and put to, ever; the ring holds those between.</summary>
    public uint Taken;

    public uint Put;

    /// <summary>The places: the elements of an array of owners.</summary>
    public void* Places;

    /// <summary>
    /// The thread's heap that the last slow rent was served from, or null. It may be disposed, and serve another allocator of the thread:
    /// its number says so.
    /// </summary>
    public ThreadHeap* Heap;

    /// <summary>How many rest.</summary>
    public readonly uint Count => unchecked(Put - Taken);
}
