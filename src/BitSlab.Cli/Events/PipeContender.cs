using System;
using System.Collections.Generic;

namespace BitSlab.Cli.Events;

/// <summary>Who takes part; the first is the one that others are compared with.</summary>
internal abstract class PipeContender(string name)
{
    public static IReadOnlyList<PipeContender> All { get; } =
    [
        new PipeContender<SlabPipe, SlabEvent>(),
        new PipeContender<ChannelPipe<NewArrays, byte[]>, byte[]>(),
        new PipeContender<ChannelPipe<PooledArrays, ArraySegment<byte>>, ArraySegment<byte>>(),
    ];

    public string Name { get; } = name;

    public abstract TimedPipe Create(int[] sizes, int maxSize, int length, bool threads, SlabAllocator allocator);
}

internal sealed class PipeContender<TPipe, TItem>() : PipeContender(TPipe.Name)
    where TPipe : struct, IEventPipe<TPipe, TItem>
{
    public override TimedPipe Create(int[] sizes, int maxSize, int length, bool threads, SlabAllocator allocator) => threads
        ? new ThreadedPipe<TPipe, TItem>(sizes, maxSize, length, allocator)
        : new SteadyPipe<TPipe, TItem>(sizes, maxSize, length, allocator);
}
