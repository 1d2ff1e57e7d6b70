namespace BitSlab;

/// <summary>Whether an allocator asks the operating system for huge pages (2 MiB on x64) behind its chunks.</summary>
public enum HugePages
{
    /// <summary>
    /// Asks for them in new chunks once 32 MiB live in its blocks and as long as half of the newest chunk's pages are in use: an
    /// allocator that has filled so much will fill the next, and a huge page costs an eighth of the faults' time; a small program's few touched
    /// pages stay few, and so do those of buffers that are hardly written to. Not with <see cref="SlabAllocatorOptions.BlocksPerSlab"/>
    /// set: slabs of a chosen size may stand half used for long.
    /// </summary>
    Automatic = 0,

    /// <summary>Never asks.</summary>
    Off = 1,

    /// <summary>Asks for every chunk. A hint: the system may have none, and says nothing then.</summary>
    Hint = 2,
}
