using System;
using System.Threading.Tasks;

namespace BitSlab.Benchmarks.Events;

/// <summary>How many there are at both ends, and how much fits in between.</summary>
internal sealed record PipeShape(int Producers, int Consumers, int? Capacity)
{
    public string Name => $"{Producers}:{Consumers}, " + (Capacity is int capacity ? $"bounded to {capacity:#,0}" : "unbounded");
}

/// <summary>A queue of events, as a contender has it. A struct, so that the loops are compiled for each.</summary>
/// <typeparam name="TSelf">The pipe itself.</typeparam>
/// <typeparam name="TItem">An event that was taken out.</typeparam>
internal interface IEventPipe<TSelf, TItem> : IDisposable
    where TSelf : struct, IEventPipe<TSelf, TItem>
{
    static abstract string Name { get; }

    static abstract TSelf Create(PipeShape shape);

    bool TrySend(ReadOnlySpan<byte> payload);

    ValueTask SendAsync(ReadOnlyMemory<byte> payload);

    /// <summary>Sends what came out of the pipe before this one.</summary>
    bool TryForward(TItem item);

    /// <summary>False at the end.</summary>
    ValueTask<bool> WaitAsync();

    bool TryReceive(out TItem item);

    ReadOnlySpan<byte> BytesOf(TItem item);

    void Release(TItem item);

    /// <summary>Receives, reads and releases all that is there; how many bytes were read.</summary>
    long Drain();

    void Complete();
}

/// <summary>What a consumer does with an event.</summary>
internal static class Payload
{
    /// <summary>Has every cache line looked at.</summary>
    public static long Read(ReadOnlySpan<byte> bytes)
    {
        long sum = bytes.Length;
        for (int i = 0; i < bytes.Length; i += 64)
        {
            sum += bytes[i];
        }

        return sum;
    }
}
