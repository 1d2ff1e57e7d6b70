using System;
using System.Threading.Tasks;

namespace BitSlab.Cli.Events;

/// <summary>The queue, one event at a time.</summary>
internal readonly struct SlabPipe : IEventPipe<SlabPipe, SlabEvent>
{
    private SlabPipe(SlabEventQueue queue) => Queue = queue;

    public static string Name => "SlabEventQueue";

    public SlabEventQueue Queue { get; }

    public static SlabPipe Create(PipeShape shape, SlabAllocator allocator) => new(Make(shape, allocator));

    public static SlabEventQueue Make(PipeShape shape, SlabAllocator allocator) => new(new SlabEventQueueOptions
    {
        Capacity = shape.Capacity ?? long.MaxValue,
        SingleWriter = shape.Producers == 1,
        SingleReader = shape.Consumers == 1,
        Allocator = allocator,
    });

    public bool TrySend(ReadOnlySpan<byte> payload) => Queue.TryEnqueue(payload);

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload) => Queue.EnqueueAsync(payload);

    public bool TryForward(SlabEvent item) => Queue.TryEnqueue(item);

    public ValueTask<bool> WaitAsync() => Queue.WaitToDequeueAsync();

    public bool TryReceive(out SlabEvent item) => Queue.TryDequeue(out item);

    public ReadOnlySpan<byte> BytesOf(SlabEvent item) => item.Span;

    public void Release(SlabEvent item) => item.Dispose();

    public long Drain()
    {
        long sum = 0;
        while (Queue.TryDequeue(out SlabEvent item))
        {
            sum += Payload.Read(item.Span);
            item.Dispose();
        }

        return sum;
    }

    public void Complete() => Queue.Complete();

    public void Dispose() => Queue.Dispose();
}
