using System;
using System.Buffers;

namespace BitSlab.Buffers;

/// <summary>A block of a chain as <see cref="Memory{T}"/>. Once the block has gone it refuses, until it is opened for another.</summary>
internal sealed unsafe class BlockMemory : MemoryManager<byte>
{
    private byte* _start;
    private int _size;

    // While somebody holds the memory, the chain is not finalised.
    private SegmentChain? _chain;

    public void Open(SegmentChain chain, byte* start, int size)
    {
        _chain = chain;
        _size = size;
        _start = start;
    }

    public void Close()
    {
        _start = null;
        _chain = null;
    }

    public Memory<byte> Slice(int start, int length) => CreateMemory(start, length);

    public override Span<byte> GetSpan()
    {
        byte* start = _start;
        if (start == null)
        {
            ThrowHelper.ThrowSegmentDisposed();
        }

        return new Span<byte>(start, _size);
    }

    /// <summary>Native memory does not move; the handle holds the memory's owner.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, _size);
        byte* start = _start;
        if (start == null)
        {
            ThrowHelper.ThrowSegmentDisposed();
        }

        return new MemoryHandle(start + elementIndex, default, this);
    }

    public override void Unpin()
    {
    }

    // The chain disposes, not who finds the manager behind a memory.
    protected override void Dispose(bool disposing)
    {
    }
}
