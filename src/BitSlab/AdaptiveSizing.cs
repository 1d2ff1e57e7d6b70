namespace BitSlab;

/// <summary>Whether an allocator fits its size classes to the sizes that are asked for.</summary>
public enum AdaptiveSizing
{
    /// <summary>The classes stay as they are.</summary>
    Off,

    /// <summary>
    /// The classes follow the sizes that are asked for. Every 4 seconds the next 1,024 allocations of each thread are counted by their size, at some
    /// ten nanoseconds each; all others cost what they cost without. From 4,096 on the best classes for what was counted are worked out, as many as the
    /// default has, and taken when they save at least a twelfth of the bytes wasted within blocks, and 0.15 bytes per allocation.
    /// Slabs of block sizes that are classes no more serve no new allocations, and go when they are empty. The counts take up to 512 KiB, of
    /// which what is used becomes resident; no limit counts them.
    /// </summary>
    Learn,
}
