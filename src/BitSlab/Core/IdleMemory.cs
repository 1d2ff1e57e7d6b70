using System.Numerics;
using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>
/// Free slices of an allocator that stay resident, and how many may. What is freed goes back to the OS at once, until it turns out that it
/// is wanted again: then as much is kept when it is freed next time, and given back once it lay idle from one tick of maintenance to the next.
/// So a burst leaves nothing behind, and a queue that fills and drains again and again faults no pages in. Under the chunk lock.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IdleMemory
{
    /// <summary>
    /// Free slices in partly used chunks that may stay resident until they lay idle, before anything is learned: 256 KiB. Slabs that come
    /// and go beyond that are learned after they cost page faults once; the ten traces' peaks are up to 15 % lower for it than with 2 MiB.
    /// </summary>
    public const int DirtySlicesAtFirst = Layout.SlicesPerChunk / 16;

    /// <summary>
    /// The time between ticks. What is idle goes within two of them: inside the 10 seconds in which users expect it; and a queue that
    /// fills and drains every second, or every third, is seen in use between any two.
    /// </summary>
    public const int TickMilliseconds = 4_000;

    /// <summary>How many free slices stay resident, idle or not: those that the user wanted upfront.</summary>
    public int Floor;

    /// <summary>Free slices of partly used chunks that may have resident pages, and the least there were since the last tick.</summary>
    public int DirtySlices;
    public int LeastDirtySlices;

    /// <summary>Empty chunks that were kept, a stack by their links among those with room; how many, and the least since the last tick.</summary>
    public Chunk* Kept;
    public int KeptCount;
    public int LeastKept;

    /// <summary>Slices given back since the last tick, and not taken again yet.</summary>
    public int Returned;

    /// <summary>How many slices more may stay: those that were taken again soon after they had been given back, less what was idle since.</summary>
    public int Learned;

    public readonly bool HasTooManyDirtySlices => DirtySlices > DirtySlicesAtFirst + int.Max(Learned, Floor);

    /// <summary>Whether more stays than is wanted for good: somebody must look after it.</summary>
    public readonly bool HasIdle => Total > Floor;

    /// <summary>Whether one more empty chunk may be kept. The first always: a lone block must not take and give back a chunk each time.</summary>
    public readonly bool MayKeepChunk => KeptCount == 0 || Total < int.Max(Learned, Floor);

    private readonly int Total => (KeptCount * Layout.SlicesPerChunk) + DirtySlices;

    /// <summary>Keeps a chunk whose slices are all free, and that is linked nowhere but among all chunks.</summary>
    public static void Keep(Allocator* allocator, Chunk* chunk)
    {
        IdleMemory* idle = &allocator->Idle;
        chunk->IsKept = true;
        chunk->NextWithRoom = idle->Kept;
        idle->Kept = chunk;
        idle->KeptCount++;
    }

    /// <summary>Takes the chunk that was kept last; it is linked nowhere but among all chunks then. Null when there is none.</summary>
    public static Chunk* TakeKept(Allocator* allocator)
    {
        IdleMemory* idle = &allocator->Idle;
        Chunk* chunk = idle->Kept;
        if (chunk != null)
        {
            chunk->IsKept = false;
            idle->Kept = chunk->NextWithRoom;
            idle->KeptCount--;
            idle->LeastKept = int.Min(idle->LeastKept, idle->KeptCount);
        }

        return chunk;
    }

    /// <summary>Slices of a partly used chunk become dirty, or, where negative, used or clean.</summary>
    public static void AddDirty(Allocator* allocator, int slices)
    {
        IdleMemory* idle = &allocator->Idle;
        idle->DirtySlices += slices;
        idle->LeastDirtySlices = int.Min(idle->LeastDirtySlices, idle->DirtySlices);
    }

    /// <summary>Slices went back to the OS.</summary>
    public static void Gave(Allocator* allocator, ulong slices) => allocator->Idle.Returned += BitOperations.PopCount(slices);

    /// <summary>Slices without pages were taken: they would be resident now, had so many not been given back before.</summary>
    public static void TookFresh(Allocator* allocator, int slices)
    {
        IdleMemory* idle = &allocator->Idle;
        int again = int.Min(slices, idle->Returned);
        idle->Returned -= again;
        idle->Learned += again;
    }

    /// <summary>Nothing is to be kept for what was.</summary>
    public static void Forget(Allocator* allocator)
    {
        allocator->Idle.Learned = 0;
        allocator->Idle.Returned = 0;
    }

    /// <summary>Begins anew from what is idle now; how many chunks and slices lay idle since the last time.</summary>
    public static void Tick(Allocator* allocator, int* chunks, int* slices)
    {
        IdleMemory* idle = &allocator->Idle;

        // Of the loose slices first: they lie between others in use.
        int surplus = int.Max(0, (idle->LeastKept * Layout.SlicesPerChunk) + idle->LeastDirtySlices - idle->Floor);
        *slices = int.Min(surplus, idle->LeastDirtySlices);
        *chunks = (surplus - *slices) / Layout.SlicesPerChunk;
        idle->Learned = int.Max(0, idle->Learned - (*chunks * Layout.SlicesPerChunk) - *slices);
        idle->LeastKept = idle->KeptCount - *chunks;
        idle->LeastDirtySlices = idle->DirtySlices - *slices;
    }
}
