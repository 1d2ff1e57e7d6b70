using System;
using BitSlab.Traces;

namespace BitSlab.Cli.Queue;

/// <summary>A queue of constant length: each step puts one event in and takes the oldest out.</summary>
internal sealed unsafe class SteadyQueue
{
    private readonly int[] _sizes;
    private readonly int _length;
    private readonly QueueStorage _ring;
    private int _position;

    public SteadyQueue(int[] sizes, int length)
    {
        _sizes = sizes;
        _length = length;
        _ring = new QueueStorage(length);
    }

    /// <summary>Brings the queue to its length.</summary>
    public void Fill<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        for (int i = 0; i < _length; i++)
        {
            _ring.Address[i] = (nint)contender.Alloc((nuint)_sizes[i % _sizes.Length]);
        }
    }

    /// <summary>One step for each size.</summary>
    public void Run<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        for (int start = 0; start < _sizes.Length; start += FastReplay.SliceLength)
        {
            int length = Math.Min(FastReplay.SliceLength, _sizes.Length - start);
            _position = RunSlice(contender, _sizes.AsSpan(start, length), _ring.Address, _position, _length);
        }
    }

    public void Clear<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        for (int i = 0; i < _length; i++)
        {
            contender.Free((void*)_ring.Address[i]);
        }
    }

    private static int RunSlice<T>(T contender, ReadOnlySpan<int> sizes, nint* ring, int position, int length)
        where T : struct, IContender<T>, allows ref struct
    {
        foreach (int size in sizes)
        {
            nint oldest = ring[position];
            ring[position] = (nint)contender.Alloc((nuint)size);
            contender.Free((void*)oldest);
            if (++position == length)
            {
                position = 0;
            }
        }

        return position;
    }
}
