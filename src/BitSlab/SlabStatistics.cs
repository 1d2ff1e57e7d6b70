using System.Collections.Generic;

namespace BitSlab;

/// <summary>
/// What an allocator holds at one moment, counted from its bitmaps. Exact when nothing else runs; a block freed by another
/// thread counts as free at once. No figure is ever negative.
/// </summary>
public sealed record SlabStatistics
{
    /// <summary>Blocks that were handed out and not freed, large ones included.</summary>
    public required long LiveBlocks { get; init; }

    /// <summary>The usable bytes of the live blocks: at least what was asked for (see <see cref="SlabAllocator.GetUsableSize"/>).</summary>
    public required long LiveBytes { get; init; }

    /// <summary>Live blocks above <see cref="SlabAllocatorOptions.MaxManagedBlockSize"/>.</summary>
    public required long LargeBlocks { get; init; }

    /// <summary>The usable bytes of the live large blocks.</summary>
    public required long LargeBytes { get; init; }

    /// <summary>Chunks of 4 MiB that the allocator holds, a kept empty one included.</summary>
    public required long Chunks { get; init; }

    /// <summary>Slabs that stand in the chunks.</summary>
    public required long Slabs { get; init; }

    /// <summary>
    /// Bytes that may be resident: slices in use, less the pages in them that were returned, slices not yet returned to the operating system,
    /// large blocks, metadata, and all these of the children. This is what <see cref="SlabAllocatorOptions.MemoryLimit"/> bounds.
    /// </summary>
    public required long CommittedBytes { get; init; }

    /// <summary>The part of <see cref="CommittedBytes"/> that is the children's. All other figures are the allocator's own.</summary>
    public required long ChildBytes { get; init; }

    /// <summary>Bytes of address space in the allocator's chunks and large blocks.</summary>
    public required long ReservedBytes { get; init; }

    /// <summary>Bytes of descriptors, bitmaps and thread heaps that the allocator accounts for; part of <see cref="CommittedBytes"/>.</summary>
    public required long MetadataBytes { get; init; }

    /// <summary>Bytes of pages given back to the operating system so far; large blocks outside the chunks do not count.</summary>
    public required long ReturnedBytes { get; init; }

    /// <summary>Allocations that a memory limit refused so far, the allocator's or an ancestor's.</summary>
    public required long LimitRefusals { get; init; }

    /// <summary>Frees refused so far, and those that only a later collection saw.</summary>
    public required long InvalidFrees { get; init; }

    /// <summary>How the allocator comes by its size classes.</summary>
    public required SizingStatistics Sizing { get; init; }

    /// <summary>The block sizes that have slabs, smallest first; while size classes change also some that are no class any more.</summary>
    public required IReadOnlyList<SizeClassStatistics> SizeClasses { get; init; }
}

/// <summary>What the slabs of one size class hold.</summary>
public sealed record SizeClassStatistics
{
    /// <summary>The size of each block of the class, in bytes.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Slabs of the class.</summary>
    public required long Slabs { get; init; }

    /// <summary>Blocks that the slabs can hold.</summary>
    public required long Capacity { get; init; }

    /// <summary>Blocks that are handed out.</summary>
    public required long LiveBlocks { get; init; }
}
