using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace BitSlab.Benchmarks.Events;

/// <summary>What a round of throughput gave, per event.</summary>
internal sealed record ThroughputFigures(double Nanoseconds, int Gen0, int Gen1, int Gen2, double GcBytes);

/// <summary>Who takes part.</summary>
internal abstract class EventContender(string name)
{
    public static IReadOnlyList<EventContender> All { get; } =
    [
        new EventContender<SlabPipe, SlabEvent>(),
        new EventContender<SlabBatchPipe, SlabEvent>(),
        new EventContender<ChannelPipe<SlabBlocks, (nint Block, int Length)>, (nint Block, int Length)>(),
        new EventContender<ChannelPipe<NewArrays, byte[]>, byte[]>(),
        new EventContender<ChannelPipe<PooledArrays, ArraySegment<byte>>, ArraySegment<byte>>(),
    ];

    public string Name { get; } = name;

    /// <summary>Events from producers to consumers, until all have come.</summary>
    public abstract ThroughputFigures Run(PipeShape shape, int events);

    /// <summary>A backlog that is full all the time, at a given pace.</summary>
    public abstract FlightFigures Fly(FlightPlan plan);
}

internal sealed class EventContender<TPipe, TItem>() : EventContender(TPipe.Name)
    where TPipe : struct, IEventPipe<TPipe, TItem>
{
    private static long s_sink;

    public override ThroughputFigures Run(PipeShape shape, int events)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        int[] collections = Collections();
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        long begin = Stopwatch.GetTimestamp();
        int each = events / shape.Producers;
        using (TPipe pipe = TPipe.Create(shape))
        {
            Task[] consumers = [.. Enumerable.Range(0, shape.Consumers).Select(_ => Task.Run(() => ConsumeAsync(pipe)))];
            Task[] producers =
            [
                .. Enumerable.Range(0, shape.Producers).Select(number => shape.Capacity == null
                    ? Task.Factory.StartNew(() => Produce(pipe, number, each), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                    : Task.Run(() => ProduceAsync(pipe, number, each))),
            ];
            Task.WaitAll(producers);
            pipe.Complete();
            Task.WaitAll(consumers);
        }

        double elapsed = Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        int[] collected = [.. Collections().Zip(collections, (after, before) => after - before)];
        return new ThroughputFigures(elapsed / (each * shape.Producers), collected[0], collected[1], collected[2], (double)bytes / (each * shape.Producers));
    }

    public override FlightFigures Fly(FlightPlan plan) => Flight<TPipe, TItem>.Measure(plan);

    private static int[] Collections() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];

    private static void Produce(TPipe pipe, int number, int events)
    {
        byte[] payload = new byte[EventSizes.Largest];
        for (int i = 0; i < events; i++)
        {
            if (!pipe.TrySend(payload.AsSpan(0, EventSizes.Of(i + (number * 977)))))
            {
                throw new InvalidOperationException($"{TPipe.Name} refused an event.");
            }
        }
    }

    private static async Task ProduceAsync(TPipe pipe, int number, int events)
    {
        byte[] payload = new byte[EventSizes.Largest];
        for (int i = 0; i < events; i++)
        {
            await pipe.SendAsync(payload.AsMemory(0, EventSizes.Of(i + (number * 977)))).ConfigureAwait(false);
        }
    }

    private static async Task ConsumeAsync(TPipe pipe)
    {
        long sum = 0;
        while (await pipe.WaitAsync().ConfigureAwait(false))
        {
            sum += pipe.Drain();
        }

        Interlocked.Add(ref s_sink, sum);
    }
}
