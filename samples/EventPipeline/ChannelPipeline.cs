using System;
using System.Linq;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace EventPipeline;

/// <summary>On <see cref="Channel{T}"/> with a new array for each event.</summary>
internal sealed class ChannelPipeline : IPipeline
{
    public string Name => "Channel<byte[]>";

    public async Task RunAsync(Load load, Sink sink)
    {
        Channel<byte[]> received = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Load.QueueLength)
        {
            SingleReader = true,
        });
        Channel<byte[]> wanted = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Load.QueueLength)
        {
            SingleReader = true,
            SingleWriter = true,
        });
        await Task.WhenAll(
            ProduceAllAsync(received.Writer, load),
            Task.Run(() => FilterAsync(received.Reader, wanted.Writer)),
            Task.Run(() => SinkAsync(wanted.Reader, sink)));
    }

    private static async Task ProduceAllAsync(ChannelWriter<byte[]> queue, Load load)
    {
        await Task.WhenAll(Enumerable.Range(0, load.Producers).Select(producer => Task.Run(() => ProduceAsync(queue, load, producer))));
        queue.Complete();
    }

    private static async Task ProduceAsync(ChannelWriter<byte[]> queue, Load load, int producer)
    {
        foreach (ReadOnlyMemory<byte> message in Message.Make(load, producer))
        {
            await queue.WriteAsync(message.ToArray());
        }
    }

    private static async Task FilterAsync(ChannelReader<byte[]> from, ChannelWriter<byte[]> to)
    {
        await foreach (byte[] item in from.ReadAllAsync())
        {
            if (Message.IsWanted(item))
            {
                await to.WriteAsync(item);
            }
        }

        to.Complete();
    }

    private static async Task SinkAsync(ChannelReader<byte[]> queue, Sink sink)
    {
        while (await queue.WaitToReadAsync())
        {
            while (queue.TryRead(out byte[]? item))
            {
                sink.Take(item);
            }
        }
    }
}
