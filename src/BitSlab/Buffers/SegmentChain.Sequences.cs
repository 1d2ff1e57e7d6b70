using System;
using System.Buffers;
using System.IO;

namespace BitSlab.Buffers;

/// <content>The content as managed memory, and its ways out.</content>
internal sealed unsafe partial class SegmentChain
{
    /// <summary>The content's first bytes as a sequence.</summary>
    public ReadOnlySequence<byte> Sequence(long length)
    {
        if (length == 0)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        int last = Find(length - 1);
        ChainSegment first = SegmentOf(0);
        ChainSegment end = first;
        for (int i = 1; i <= last; i++)
        {
            ChainSegment next = SegmentOf(i);
            end.LinkTo(next);
            end = next;
        }

        return new ReadOnlySequence<byte>(first, 0, end, (int)(length - _blocks[last].Offset));
    }

    /// <summary>A block as memory.</summary>
    public BlockMemory MemoryOf(int index) => SegmentOf(index).Block;

    public byte[] ToArray(long length)
    {
        if (length > Array.MaxLength)
        {
            ThrowHelper.ThrowTooLargeForArray(length);
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        CopyTo(0, bytes);
        return bytes;
    }

    public void WriteTo(Stream destination, long from, long to)
    {
        for (int i = Find(from); from < to; i++)
        {
            ReadOnlySpan<byte> part = Part(i, from, to);
            destination.Write(part);
            from += part.Length;
        }
    }

    public void WriteTo(IBufferWriter<byte> destination, long from, long to)
    {
        for (int i = Find(from); from < to; i++)
        {
            ReadOnlySpan<byte> part = Part(i, from, to);
            destination.Write(part);
            from += part.Length;
        }
    }

    private ChainSegment SegmentOf(int index)
    {
        ref ChainBlock block = ref _blocks[index];
        if (block.Segment == null)
        {
            ChainSegment segment = SegmentPool.Take();
            segment.Open(this, block);
            block.Segment = segment;
        }

        return block.Segment;
    }
}
