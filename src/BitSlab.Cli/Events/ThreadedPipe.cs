using System;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.Traces;

namespace BitSlab.Cli.Events;

/// <summary>A producer and a consumer at once, who wait for each other when the pipe is full or empty.</summary>
internal sealed class ThreadedPipe<TPipe, TItem>(int[] sizes, int maxSize, int length, SlabAllocator allocator)
    : TimedPipe<TPipe, TItem>(new PipeShape(1, 1, length), sizes, maxSize, allocator)
    where TPipe : struct, IEventPipe<TPipe, TItem>
{
    private readonly long _bytesOfRun = sizes.Sum(size => (long)size);

    protected override void Fill()
    {
        // The producer is as fast to fill it as the consumer lets it.
    }

    protected override void Run()
    {
        Task<long> consumer = Task.Run(ConsumeAsync);
        Task producer = Task.Run(ProduceAsync);
        Task.WhenAll(producer, consumer).GetAwaiter().GetResult();
        BytesInside += _bytesOfRun - consumer.Result;
    }

    private async Task ProduceAsync()
    {
        try
        {
            for (int start = 0; start < Sizes.Length; start += FastReplay.SliceLength)
            {
                await ProduceSliceAsync(start, Math.Min(start + FastReplay.SliceLength, Sizes.Length)).ConfigureAwait(false);
            }
        }
        catch
        {
            // The consumer waits for events that do not come.
            Pipe.Complete();
            throw;
        }
    }

    private async ValueTask ProduceSliceAsync(int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            await Pipe.SendAsync(Payload.AsMemory(0, Sizes[i])).ConfigureAwait(false);
        }
    }

    private async Task<long> ConsumeAsync()
    {
        long bytes = 0;
        while (bytes < _bytesOfRun && await Pipe.WaitAsync().ConfigureAwait(false))
        {
            bytes += ReceiveSlice(Pipe, FastReplay.SliceLength);
        }

        return bytes;
    }
}
