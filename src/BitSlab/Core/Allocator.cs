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

    /// <summary>The structure that was made before this one; null for the first. Written once.</summary>
    public Allocator* NextMade;

    public Reservation* Reservation;

    /// <summary>Never reused, never 0.</summary>
    public ulong Number;

    /// <summary>For the layer above: the allocator's place in each thread's table, and its managed object.</summary>
    public int Slot;
    public nint Host;

    /// <summary>How many classes a heap has room for.</summary>
    public int ClassCount;

    /// <summary>The largest size served from slabs.</summary>
    public uint MaxManaged;

    /// <summary>Sizes up to this one take the fast path.</summary>
    public uint DirectLimit;

    public uint MinimumAlignment;

    /// <summary>0: chosen by size.</summary>
    public int BlocksPerSlab;

    public bool MallocForLarge;

    /// <summary>Whether idle memory goes back to the OS by itself.</summary>
    public bool GivesBackIdle;

    /// <summary>
    /// Whether chunks ask for huge pages: all, where the bytes are 0; else once so many lived, where the memory is used as it is handed out.
    /// </summary>
    public bool WantsHugePages;
    public long LiveBeforeHugePages;

    /// <summary>Whether so many bytes lived.</summary>
    public bool IsLarge;

    /// <summary>Whose budget this allocator shares; null for none. It lives at least as long.</summary>
    public Allocator* Parent;

    /// <summary>The first of its ancestors; itself without a parent.</summary>
    public Allocator* Root;

    /// <summary>In bytes; long.MaxValue is none.</summary>
    public long Limit;
    public long SoftLimit;

    /// <summary>Permits taken, in bytes, the children's among them. Atomic.</summary>
    public long Committed;

    /// <summary>The part of <see cref="Committed"/> that is the children's. Atomic.</summary>
    public long ChildBytes;

    /// <summary>Where <see cref="Committed"/> stands to the soft limit, for those who tell. See <see cref="Permits"/>. Atomic.</summary>
    public ulong SoftState;

    /// <summary>How many children live. Atomic; grows under the gate only.</summary>
    public long Children;

    /// <summary>A root's: makes its descendants take permits one at a time. A leaf.</summary>
    public int FamilyLock;

    /// <summary>A root's: ranges of the family on their way to the OS, whose permits come back when they are there. Atomic.</summary>
    public long Returning;

    /// <summary>A root's: how many times permits of the family came back with pages. Atomic.</summary>
    public long GiveBacks;

    /// <summary>Bytes of pages given back to the OS so far. Atomic.</summary>
    public long Returned;

    /// <summary>The parts of <see cref="Committed"/> that are thread heaps and pages of bitmap words. Atomic.</summary>
    public long HeapBytes;
    public long WordBytes;

    /// <summary>Frees refused, and those found at collection. Atomic.</summary>
    public long InvalidFrees;

    /// <summary>Allocations refused at the limit. Atomic.</summary>
    public long LimitRefusals;

    /// <summary>Blocks outside the chunks, and their bytes. Atomic.</summary>
    public long OutsideBlocks;
    public long OutsideBytes;
    public long OutsideReserved;

    /// <summary>Whether a <see cref="Standstill"/> holds its locks; that one's own.</summary>
    public bool IsHeld;

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

    /// <summary>A leaf: guards <see cref="Ladder"/>, which heaps copy.</summary>
    public int LadderLock;

    /// <summary>Raised with each change of the ladder, under its lock.</summary>
    public ulong LadderNumber;

    /// <summary>
    /// What was sampled of each size, at the size less one, up to the ladder's largest; null where nothing is.
    /// </summary>
    public SizeSample* Samples;

    /// <summary>How many allocations of each heap are sampled in one go; 0 for none. See <see cref="Sampling"/>.</summary>
    public int BurstLength;

    /// <summary>The round in which maintenance was last here; its own, under the gate.</summary>
    public int LastRound;

    /// <summary>The trim of a family that was last here. Under the gate.</summary>
    public long LastTrim;

    /// <summary>The size classes. The last holds <see cref="MaxManaged"/>, rounded up; all are multiples of the minimum alignment.</summary>
    public SizeLadder Ladder;

    /// <summary>Clears all but the gate and the link behind it.</summary>
    public static void Clear(Allocator* allocator)
    {
        for (ulong* word = (ulong*)&allocator->Reservation; word < (ulong*)(allocator + 1); word++)
        {
            *word = 0;
        }
    }

    /// <summary>
    /// Sets the classes' parameters, which have been validated, and what follows from them. Above the classes that the ladder has already, those of the default ladder.
    /// </summary>
    public static void SetClasses(Allocator* allocator, uint granularity, uint maxManaged, uint minimumAlignment)
    {
        allocator->MaxManaged = maxManaged;
        allocator->DirectLimit = uint.Min(ThreadHeap.DirectBytes, maxManaged);
        allocator->MinimumAlignment = minimumAlignment;
        SizeLadder.Continue(&allocator->Ladder, uint.Max(granularity, minimumAlignment), maxManaged);
        allocator->ClassCount = allocator->Ladder.Count;
    }

    /// <summary>Has heaps make room for ladders of so many classes, and for slabs that outlive theirs. Before there are heaps.</summary>
    public static void LetLadderChange(Allocator* allocator, int classes) =>
        allocator->ClassCount = (classes > allocator->Ladder.Count ? classes : allocator->Ladder.Count) + 1;
}
