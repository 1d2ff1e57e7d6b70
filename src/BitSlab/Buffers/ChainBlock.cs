namespace BitSlab.Buffers;

/// <summary>A block of a chain.</summary>
internal unsafe struct ChainBlock
{
    public byte* Start;

    /// <summary>The content's bytes before this block: the lengths of all blocks before it.</summary>
    public long Offset;

    /// <summary>
    /// The bytes for content, never 0: the size, or what was used when the content went on in another block before this one was full.
    /// </summary>
    public int Length;

    public int Size;

    /// <summary>Null until somebody asks for the block as memory or in a sequence.</summary>
    public ChainSegment? Segment;

    public readonly long End => Offset + Length;
}
