using System;
using BitSlab.Core;

namespace BitSlab.Learning;

/// <summary>The core's ladders as arrays.</summary>
internal static unsafe class Ladders
{
    public static int[] BlockSizes(SizeLadder* ladder)
    {
        int[] sizes = new int[ladder->Count];
        for (int c = 0; c < sizes.Length; c++)
        {
            sizes[c] = ladder->BlockSizes[c];
        }

        return sizes;
    }

    /// <summary>The default ladder of an allocator's options.</summary>
    public static int[] DefaultBlockSizes(SlabAllocatorOptions options)
    {
        SizeLadder ladder = default;
        SizeLadder.Continue(&ladder, (uint)Math.Max(options.ClassGranularity, options.MinimumAlignment), (uint)options.MaxManagedBlockSize);
        return BlockSizes(&ladder);
    }
}
