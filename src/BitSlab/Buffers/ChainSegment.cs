using System.Buffers;

namespace BitSlab.Buffers;

/// <summary>A block of a chain as a part of a <see cref="ReadOnlySequence{T}"/>.</summary>
internal sealed unsafe class ChainSegment : ReadOnlySequenceSegment<byte>
{
    // Behind segments whose next one was closed. That one will be used again: who rests may not hold it.
    private static readonly ChainSegment s_gone = MakeGone();

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

    public void LinkTo(ChainSegment next) => Next = next;

    /// <summary>The segment behind this one is closed: who walks there in a sequence of before finds a refusal.</summary>
    public void LoseNext() => Next = s_gone;

    /// <summary>From now on its memory refuses.</summary>
    public void Close()
    {
        Block.Close();
        LoseNext();
    }

    private static ChainSegment MakeGone()
    {
        ChainSegment gone = new();
        gone.Memory = gone.Block.Slice(0, int.MaxValue);
        return gone;
    }
}
