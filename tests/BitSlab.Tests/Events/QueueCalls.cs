using System;
using System.Threading;
using System.Threading.Tasks;

namespace BitSlab.Tests.Events;

/// <summary>How a producer enqueues.</summary>
public enum WriteCall
{
    Try,
    Writer,
    Async,
}

/// <summary>How a consumer dequeues.</summary>
public enum ReadCall
{
    Try,
    Batch,
    Async,
    Watch,
    ReadAll,
}

/// <summary>Producers and consumers of numbered events, one for each way to call the queue.</summary>
internal static class QueueCalls
{
    /// <summary>Enqueues the numbers from 0 on, each when there is room for it.</summary>
    public static async Task Produce(SlabEventQueue queue, WriteCall call, int producer, long count)
    {
        for (long number = 0; number < count; number++)
        {
            var item = new NumberedEvent(producer, number);
            switch (call)
            {
                case WriteCall.Try:
                    Repeat(() => queue.TryEnqueue(item.ToArray()));
                    break;
                case WriteCall.Writer:
                    Repeat(() => queue.TryEnqueue(item.Length, item, NumberedEvent.Write));
                    break;
                default:
                    await queue.EnqueueAsync(item.ToArray());
                    break;
            }
        }
    }

    /// <summary>Takes events out until the queue is completed and empty; each goes to the receiver, which disposes it or not.</summary>
    public static async Task Consume(SlabEventQueue queue, ReadCall call, Action<ReadOnlyMemory<SlabEvent>> receive)
    {
        SlabEvent[] batch = new SlabEvent[call == ReadCall.Batch ? 50 : 1];
        switch (call)
        {
            case ReadCall.Try:
            case ReadCall.Batch:
                while (true)
                {
                    // In this order: what is completed and then found empty stays empty.
                    bool isDone = queue.Completion.IsCompleted;
                    int count = call == ReadCall.Batch ? queue.TryDequeueBatch(batch) : queue.TryDequeue(out batch[0]) ? 1 : 0;
                    receive(batch.AsMemory(0, count));
                    if (count == 0 && isDone)
                    {
                        return;
                    }

                    if (count == 0)
                    {
                        Thread.Yield();
                    }
                }

            case ReadCall.Async:
                try
                {
                    while (true)
                    {
                        batch[0] = await queue.DequeueAsync();
                        receive(batch);
                    }
                }
                catch (System.Threading.Channels.ChannelClosedException)
                {
                    return;
                }

            case ReadCall.Watch:
                while (await queue.WaitToDequeueAsync())
                {
                    while (queue.TryDequeue(out batch[0]))
                    {
                        receive(batch);
                    }
                }

                return;
            default:
                await foreach (SlabEvent item in queue.ReadAllAsync())
                {
                    batch[0] = item;
                    receive(batch);
                }

                return;
        }
    }

    private static void Repeat(Func<bool> call)
    {
        while (!call())
        {
            Thread.Yield();
        }
    }
}
