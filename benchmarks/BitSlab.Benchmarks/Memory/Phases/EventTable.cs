using System;
using System.Linq;
using BitSlab.Cli.Queue;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Phases;

/// <summary>The events of a phase: their sizes, and room for their addresses in pinned memory of the collector's.</summary>
internal sealed unsafe class EventTable(int count, int largest)
{
    private readonly int[] _sizes = QueueSizes.Create(count, largest + 1);
    private readonly QueueStorage _blocks = new(count);

    public int Count => _sizes.Length;

    /// <summary>Bytes that the contender is asked for.</summary>
    public long Bytes => _sizes.Sum(size => (long)size);

    public long BytesOf(ReadOnlySpan<int> events)
    {
        long bytes = 0;
        foreach (int i in events)
        {
            bytes += _sizes[i];
        }

        return bytes;
    }

    /// <summary>Allocates the events from one index up to but without another, and writes every byte.</summary>
    public void Fill<T>(int start, int end)
        where T : struct, IContender<T>, allows ref struct
    {
        T contender = T.Open(null);
        nint* blocks = _blocks.Address;
        for (int i = start; i < end; i++)
        {
            void* block = contender.Alloc((nuint)_sizes[i]);
            default(WrittenPayload).Allocated(block, (nuint)_sizes[i]);
            blocks[i] = (nint)block;
        }
    }

    /// <summary>Frees events in steps.</summary>
    public void Free<T>(int start, int end, int step)
        where T : struct, IContender<T>, allows ref struct
    {
        T contender = T.Open(null);
        nint* blocks = _blocks.Address;
        for (int i = start; i < end; i += step)
        {
            contender.Free((void*)blocks[i]);
        }
    }

    /// <summary>Frees events in the order given.</summary>
    public void Free<T>(ReadOnlySpan<int> order)
        where T : struct, IContender<T>, allows ref struct
    {
        T contender = T.Open(null);
        nint* blocks = _blocks.Address;
        foreach (int i in order)
        {
            contender.Free((void*)blocks[i]);
        }
    }
}
