using System.Runtime.InteropServices;
using System.Threading;

namespace BitSlab.Traces;

/// <summary>What a fast replay does with the blocks it holds. Structs only, so that "nothing" compiles to nothing.</summary>
internal unsafe interface IPayload
{
    void Allocated(void* block, nuint size);

    void Reallocated(void* block, nuint oldSize, nuint newSize);

    void Freed(nuint size);
}

/// <summary>The blocks are never written: the allocator's own time.</summary>
internal readonly unsafe struct UntouchedPayload : IPayload
{
    public void Allocated(void* block, nuint size)
    {
    }

    public void Reallocated(void* block, nuint oldSize, nuint newSize)
    {
    }

    public void Freed(nuint size)
    {
    }
}

/// <summary>Every byte is written, so that all pages in use are resident.</summary>
internal readonly unsafe struct WrittenPayload : IPayload
{
    private const byte Filler = 0xA5;

    public void Allocated(void* block, nuint size) => NativeMemory.Fill(block, size, Filler);

    public void Reallocated(void* block, nuint oldSize, nuint newSize) => NativeMemory.Fill(block, newSize, Filler);

    public void Freed(nuint size)
    {
    }
}

/// <summary>Every byte is written, and the live bytes are counted: on real threads each run has a peak of its own.</summary>
internal readonly unsafe struct MeteredPayload(LiveMeter meter) : IPayload
{
    public void Allocated(void* block, nuint size)
    {
        meter.Add((long)size, 1);
        default(WrittenPayload).Allocated(block, size);
    }

    public void Reallocated(void* block, nuint oldSize, nuint newSize)
    {
        meter.Add((long)newSize - (long)oldSize, 0);
        default(WrittenPayload).Reallocated(block, oldSize, newSize);
    }

    public void Freed(nuint size) => meter.Add(-(long)size, -1);
}

/// <summary>Live bytes and blocks of a replay on several threads, and their values at the most bytes.</summary>
internal sealed class LiveMeter
{
    private readonly Lock _lock = new();
    private long _bytes;
    private long _blocks;

    public long PeakBytes { get; private set; }

    public long PeakBlocks { get; private set; }

    public void Add(long bytes, long blocks)
    {
        lock (_lock)
        {
            _bytes += bytes;
            _blocks += blocks;
            if (_bytes > PeakBytes)
            {
                (PeakBytes, PeakBlocks) = (_bytes, _blocks);
            }
        }
    }
}
