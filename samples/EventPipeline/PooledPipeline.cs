using System;
using System.Buffers;
using System.Linq;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace EventPipeline;

/// <summary>On <see cref="Channel{T}"/> with arrays from <see cref="ArrayPool{T}.Shared"/>.</summary>
internal sealed class PooledPipeline : IPipeline
{
    public string Name => "Channel, ArrayPool";

    public async Task RunAsync(Load load, Sink sink)
    {
        Channel<Item> received = Channel.CreateBounded<Item>(new BoundedChannelOptions(Load.QueueLength)
        {
            SingleReader = true,
        });
        Channel<Item> wanted = Channel.CreateBounded<Item>(new BoundedChannelOptions(Load.QueueLength)
        {
            SingleReader = true,
            SingleWriter = true,
        });
        await Task.WhenAll(
            ProduceAllAsync(received.Writer, load),
            Task.Run(() => FilterAsync(received.Reader, wanted.Writer)),
            Task.Run(() => SinkAsync(wanted.Reader, sink)));
    }

    private static async Task ProduceAllAsync(ChannelWriter<Item> queue, Load load)
    {
        await Task.WhenAll(Enumerable.Range(0, load.Producers).Select(producer => Task.Run(() => ProduceAsync(queue, load, producer))));
        queue.Complete();
    }

    private static async Task ProduceAsync(ChannelWriter<Item> queue, Load load, int producer)
    {
        foreach (ReadOnlyMemory<byte> message in Message.Make(load, producer))
        {
            byte[] array = ArrayPool<byte>.Shared.Rent(message.Length);
            message.CopyTo(array);
            await queue.WriteAsync(new Item(array, message.Length));
        }
    }

    private static async Task FilterAsync(ChannelReader<Item> from, ChannelWriter<Item> to)
    {
        await foreach (Item item in from.ReadAllAsync())
        {
            if (Message.IsWanted(item.Span))
            {
                await to.WriteAsync(item);
            }
            else
            {
                ArrayPool<byte>.Shared.Return(item.Array);
            }
        }

        to.Complete();
    }

    private static async Task SinkAsync(ChannelReader<Item> queue, Sink sink)
    {
        while (await queue.WaitToReadAsync())
        {
            while (queue.TryRead(out Item item))
            {
                sink.Take(item.Span);
                ArrayPool<byte>.Shared.Return(item.Array);
            }
        }
    }

    /// <summary>A pool's arrays are longer than what was asked for.</summary>
    private readonly record struct Item(byte[] Array, int Length)
    {
        public ReadOnlySpan<byte> Span => Array.AsSpan(0, Length);
    }
}
