using System;
using System.Linq;
using System.Threading.Tasks;
using BitSlab;

namespace EventPipeline;

/// <summary>On <see cref="SlabEventQueue"/>: an event is copied in once and then stays where it is, in native memory.</summary>
internal sealed class SlabPipeline : IPipeline
{
    private const int BatchLength = 64;

    public string Name => "SlabEventQueue";

    /// <summary>What the first queue has seen in the last run.</summary>
    public SlabEventObservation? Seen { get; private set; }

    public async Task RunAsync(Load load, Sink sink)
    {
        using SlabEventQueue received = new(new SlabEventQueueOptions
        {
            Capacity = Load.QueueLength,
            SingleReader = true,
        });

        // On the same allocator, so that an event goes from the one to the other without a copy.
        using SlabEventQueue wanted = new(new SlabEventQueueOptions
        {
            Capacity = Load.QueueLength,
            SingleReader = true,
            SingleWriter = true,
            Allocator = received.Allocator,
        });
        await Task.WhenAll(
            ProduceAllAsync(received, load),
            Task.Run(() => FilterAsync(received, wanted)),
            Task.Run(() => SinkAsync(wanted, sink)));
        Seen = received.Observe();
    }

    private static async Task ProduceAllAsync(SlabEventQueue queue, Load load)
    {
        await Task.WhenAll(Enumerable.Range(0, load.Producers).Select(producer => Task.Run(() => ProduceAsync(queue, load, producer))));
        queue.Complete();
    }

    private static async Task ProduceAsync(SlabEventQueue queue, Load load, int producer)
    {
        foreach (ReadOnlyMemory<byte> message in Message.Make(load, producer))
        {
            await queue.EnqueueAsync(message);
        }
    }

    private static async Task FilterAsync(SlabEventQueue from, SlabEventQueue to)
    {
        await foreach (SlabEvent item in from.ReadAllAsync())
        {
            if (Message.IsWanted(item.Span))
            {
                await to.EnqueueAsync(item);
            }
            else
            {
                item.Dispose();
            }
        }

        to.Complete();
    }

    private static async Task SinkAsync(SlabEventQueue queue, Sink sink)
    {
        SlabEvent[] batch = new SlabEvent[BatchLength];
        while (await queue.WaitToDequeueAsync())
        {
            for (int count; (count = queue.TryDequeueBatch(batch)) != 0;)
            {
                foreach (SlabEvent item in batch.AsSpan(0, count))
                {
                    sink.Take(item.Span);
                }

                SlabEvent.DisposeBatch(batch.AsSpan(0, count));
            }
        }
    }
}
