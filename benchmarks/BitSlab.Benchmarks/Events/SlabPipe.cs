using System;
using System.Threading.Tasks;

namespace BitSlab.Benchmarks.Events;

/// <summary>The queue, one event at a time.</summary>
internal readonly struct SlabPipe : IEventPipe<SlabPipe, SlabEvent>
{
    private readonly SlabEventQueue _queue;

    private SlabPipe(SlabEventQueue queue) => _queue = queue;

    public static string Name => "SlabEventQueue";

    /// <summary>For all rounds, as the others have one GC heap for all: no round has to take its memory from the system anew.</summary>
    public static SlabAllocator Allocator { get; } = new(new SlabAllocatorOptions { Name = "events" });

    public static SlabPipe Create(PipeShape shape) => new(Make(shape));

    public static SlabEventQueue Make(PipeShape shape) => new(new SlabEventQueueOptions
    {
        Capacity = shape.Capacity ?? long.MaxValue,
        SingleWriter = shape.Producers == 1,
        SingleReader = shape.Consumers == 1,
        Allocator = Allocator,
    });

    public bool TrySend(ReadOnlySpan<byte> payload) => _queue.TryEnqueue(payload);

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload) => _queue.EnqueueAsync(payload);

    public bool TryForward(SlabEvent item) => _queue.TryEnqueue(item);

    public ValueTask<bool> WaitAsync() => _queue.WaitToDequeueAsync();

    public bool TryReceive(out SlabEvent item) => _queue.TryDequeue(out item);

    public ReadOnlySpan<byte> BytesOf(SlabEvent item) => item.Span;

    public void Release(SlabEvent item) => item.Dispose();

    public long Drain()
    {
        long sum = 0;
        while (_queue.TryDequeue(out SlabEvent item))
        {
            sum += Payload.Read(item.Span);
            item.Dispose();
        }

        return sum;
    }

    public void Complete() => _queue.Complete();

    public void Dispose() => _queue.Dispose();
}

/// <summary>The queue, 64 events at a time at the consumer's end.</summary>
internal readonly struct SlabBatchPipe : IEventPipe<SlabBatchPipe, SlabEvent>
{
    private const int Batch = 64;

    [ThreadStatic]
    private static SlabEvent[]? t_batch;

    private readonly SlabEventQueue _queue;

    private SlabBatchPipe(SlabEventQueue queue) => _queue = queue;

    public static string Name => "SlabEventQueue, batches of 64";

    public static SlabBatchPipe Create(PipeShape shape) => new(SlabPipe.Make(shape));

    public bool TrySend(ReadOnlySpan<byte> payload) => _queue.TryEnqueue(payload);

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload) => _queue.EnqueueAsync(payload);

    public bool TryForward(SlabEvent item) => _queue.TryEnqueue(item);

    public ValueTask<bool> WaitAsync() => _queue.WaitToDequeueAsync();

    public bool TryReceive(out SlabEvent item) => _queue.TryDequeue(out item);

    public ReadOnlySpan<byte> BytesOf(SlabEvent item) => item.Span;

    public void Release(SlabEvent item) => item.Dispose();

    public long Drain()
    {
        SlabEvent[] batch = t_batch ??= new SlabEvent[Batch];
        long sum = 0;
        for (int count; (count = _queue.TryDequeueBatch(batch)) != 0;)
        {
            foreach (SlabEvent item in batch.AsSpan(0, count))
            {
                sum += Payload.Read(item.Span);
            }

            SlabEvent.DisposeBatch(batch.AsSpan(0, count));
        }

        return sum;
    }

    public void Complete() => _queue.Complete();

    public void Dispose() => _queue.Dispose();
}
