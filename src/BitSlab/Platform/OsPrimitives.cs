namespace BitSlab.Platform;

/// <summary>
/// All that the core asks of the system under it. Filled by the layer that knows the platform, and by tests that inject
/// faults. The shapes fit mmap as well as VirtualAlloc. Sizes are multiples of <see cref="PageSize"/>.
/// </summary>
internal unsafe struct OsPrimitives
{
    /// <summary>Takes a range of address space that cannot be touched yet; null when refused.</summary>
    public delegate*<nuint, void*> Reserve;

    /// <summary>Takes a range that reads as zeros at once and can be written after <see cref="Commit"/>; null when refused.</summary>
    public delegate*<nuint, void*> ReserveTable;

    /// <summary>Makes a reserved range readable and writable, zero-filled if it was not committed; false when refused.</summary>
    public delegate*<void*, nuint, bool> Commit;

    /// <summary>Gives pages and commit charge back; the range stays reserved and cannot be touched. False when refused.</summary>
    public delegate*<void*, nuint, bool> Decommit;

    /// <summary>Gives the pages of a committed range back; it stays accessible and reads as zeros. False when refused.</summary>
    public delegate*<void*, nuint, bool> Purge;

    /// <summary>Ends a reservation as a whole, exactly as <see cref="Reserve"/> gave it.</summary>
    public delegate*<void*, nuint, void> Release;

    /// <summary>Asks for huge pages in a committed range, or for none from now on; false when the system has none.</summary>
    public delegate*<void*, nuint, bool, bool> WantHugePages;

    /// <summary>How many bytes of a reserved range have pages in memory, as a look. Null where the system does not tell.</summary>
    public delegate*<void*, nuint, nuint> ResidentBytes;

    /// <summary>Makes the pages of a committed range resident, so that touching them takes no fault. False when refused.</summary>
    public delegate*<void*, nuint, bool> Populate;

    /// <summary>Lets another thread run. Must not be interruptible and must not pump messages.</summary>
    public delegate*<void> Yield;

    /// <summary>Has maintenance called once after its period, on any thread; it says then whether it wants to be called again.</summary>
    public delegate*<void> StartTimer;

    /// <summary>A full memory barrier on every thread of the process.</summary>
    public delegate*<void> ProcessBarrier;

    /// <summary>The C library's malloc: size, alignment (a power of two); null when refused.</summary>
    public delegate*<nuint, nuint, void*> Malloc;

    /// <summary>Frees what <see cref="Malloc"/> gave.</summary>
    public delegate*<void*, void> FreeMalloc;

    /// <summary>The bytes that a block of <see cref="Malloc"/> really holds; null where nobody tells, and what was asked for counts.</summary>
    public delegate*<void*, nuint> MallocUsableSize;

    /// <summary>The size of an OS page in bytes, a power of two from 4 KiB to 64 KiB.</summary>
    public nuint PageSize;

    /// <summary>
    /// How much address space is to be reserved for all blocks: what its table costs decides. A multiple of a chunk. Where
    /// <see cref="ChunksFromMalloc"/> is set: the size of the range in which chunks may lie.
    /// </summary>
    public nuint WantedBytes;

    /// <summary>
    /// There is no reservation to cut chunks from: each comes from <see cref="Malloc"/>, wherever that puts it, and goes back there. Other
    /// memory may lie between them. <see cref="Decommit"/> and <see cref="Purge"/> are always refused then.
    /// </summary>
    public bool ChunksFromMalloc;

    /// <summary>Where the range begins in which chunks from <see cref="Malloc"/> may lie, a multiple of a chunk.</summary>
    public nuint LowestChunk;
}
