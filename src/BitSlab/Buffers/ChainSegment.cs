using System.Buffers;

namespace BitSlab.Buffers;

/// <summary>A block of a chain as a part of a <see cref="ReadOnlySequence{T}"/>.</summary>
internal sealed unsafe class ChainSegment : ReadOnlySequenceSegment<byte>
{
    /// <summary>The whole block, whatever part of it the segment shows.</summary>
    public BlockMemory Block { get; } = new();

    public void Open(SegmentChain chain, in ChainBlock block)
    {
        Block.Open(chain, block.Start, block.Size);
        Next = null;
        Show(block);
    }

    /// <summary>Takes over the block's place and length in the chain.</summary>
    public void Show(in ChainBlock block)
    {
        RunningIndex = block.Offset;
        Memory = Block.Slice(0, block.Length);
    }

    public void LinkTo(ChainSegment? next) => Next = next;

    /// <summary>From now on its memory refuses. Links stay: who walks over a sequence that is gone finds the refusal, not an end.</summary>
    public void Close() => Block.Close();
}
