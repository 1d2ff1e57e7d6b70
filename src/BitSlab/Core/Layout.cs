namespace BitSlab.Core;

/// <summary>The units in which memory is cut. Each level's bitmap is one 64-bit word over the next level's.</summary>
internal static class Layout
{
    /// <summary>A slice is 64 KiB: the unit in which an address is looked up, and a multiple of every OS page size in use.</summary>
    public const int SliceShift = 16;

    public const int SliceBytes = 1 << SliceShift;

    /// <summary>A chunk is 4 MiB: 64 slices, so that one word says which of them are free.</summary>
    public const int ChunkShift = 22;

    public const int ChunkBytes = 1 << ChunkShift;

    public const int SlicesPerChunk = 64;

    /// <summary>A slab has at most 64 words of 64 blocks, so that one word, the summary, says which have a free block.</summary>
    public const int MaxBlocksPerSlab = 4096;

    /// <summary>The most bytes of bitmap words that a slice's blocks need, free or remote.</summary>
    public const int WordBytesPerSlice = MaxBlocksPerSlab / 8;

    /// <summary>Blocks above this many slices (2 MiB) come straight from the OS: half a chunk at most is taken by one block.</summary>
    public const int MaxLargeSlices = 32;

    public const int CacheLine = 64;

    /// <summary>Metadata of one slice: its descriptor. Bitmap words count by the pages that they are cut from.</summary>
    public const int MetadataPerSlice = 128;

    /// <summary>What one used slice counts for against a limit.</summary>
    public const int PermitPerSlice = SliceBytes + MetadataPerSlice;
}
