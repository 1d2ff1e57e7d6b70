using System;
using System.Linq;
using BitSlab.Traces;

namespace BitSlab.Cli.Events;

/// <summary>On this thread, at a steady length: one event in, the oldest out.</summary>
internal sealed class SteadyPipe<TPipe, TItem>(int[] sizes, int maxSize, int length, SlabAllocator allocator)
    : TimedPipe<TPipe, TItem>(new PipeShape(1, 1, Capacity: null), sizes, maxSize, allocator)
    where TPipe : struct, IEventPipe<TPipe, TItem>
{
    private readonly long _bytesOfRun = sizes.Sum(size => (long)size);

    protected override void Fill()
    {
        for (int i = 0; i < length; i++)
        {
            int size = Sizes[i % Sizes.Length];
            Send(Pipe, Payload.AsSpan(0, size));
            BytesInside += size;
        }
    }

    protected override void Run()
    {
        for (int start = 0; start < Sizes.Length; start += FastReplay.SliceLength)
        {
            BytesInside -= RunSlice(Pipe, Sizes.AsSpan(start, Math.Min(FastReplay.SliceLength, Sizes.Length - start)), Payload);
        }

        BytesInside += _bytesOfRun;
    }

    private static long RunSlice(TPipe pipe, ReadOnlySpan<int> sizes, byte[] payload)
    {
        long bytes = 0;
        foreach (int size in sizes)
        {
            Send(pipe, payload.AsSpan(0, size));
            pipe.TryReceive(out TItem oldest);
            bytes += pipe.BytesOf(oldest).Length;
            pipe.Release(oldest);
        }

        return bytes;
    }

    private static void Send(TPipe pipe, ReadOnlySpan<byte> payload)
    {
        if (!pipe.TrySend(payload))
        {
            throw new OutOfMemoryException($"{TPipe.Name}: no memory for an event of {payload.Length} bytes");
        }
    }
}
