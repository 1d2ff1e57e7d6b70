using System;
using System.Buffers;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace BitSlab.Benchmarks.Events;

/// <summary>Where a channel's events have their bytes.</summary>
/// <typeparam name="TItem">What goes through the channel.</typeparam>
internal interface IEventBytes<TItem>
{
    static abstract string Name { get; }

    static abstract TItem Make(ReadOnlySpan<byte> payload);

    static abstract ReadOnlySpan<byte> BytesOf(TItem item);

    static abstract void Release(TItem item);
}

/// <summary>A new array for each event.</summary>
internal readonly struct NewArrays : IEventBytes<byte[]>
{
    public static string Name => "Channel<byte[]>, new arrays";

    public static byte[] Make(ReadOnlySpan<byte> payload) => payload.ToArray();

    public static ReadOnlySpan<byte> BytesOf(byte[] item) => item;

    public static void Release(byte[] item)
    {
        // The collector's work.
    }
}

/// <summary>Arrays of the pool.</summary>
internal readonly struct PooledArrays : IEventBytes<ArraySegment<byte>>
{
    public static string Name => "Channel, pooled arrays";

    public static ArraySegment<byte> Make(ReadOnlySpan<byte> payload)
    {
        byte[] array = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(array);
        return new ArraySegment<byte>(array, 0, payload.Length);
    }

    public static ReadOnlySpan<byte> BytesOf(ArraySegment<byte> item) => item;

    public static void Release(ArraySegment<byte> item) => ArrayPool<byte>.Shared.Return(item.Array!);
}

/// <summary>Blocks of BitSlab: the queue as it would be on a channel.</summary>
internal readonly unsafe struct SlabBlocks : IEventBytes<(nint Block, int Length)>
{
    public static string Name => "Channel of BitSlab blocks";

    public static (nint Block, int Length) Make(ReadOnlySpan<byte> payload)
    {
        void* block = SlabPipe.Allocator.Alloc((nuint)payload.Length);
        payload.CopyTo(new Span<byte>(block, payload.Length));
        return ((nint)block, payload.Length);
    }

    public static ReadOnlySpan<byte> BytesOf((nint Block, int Length) item) => new((void*)item.Block, item.Length);

    public static void Release((nint Block, int Length) item) => SlabPipe.Allocator.Free((void*)item.Block);
}

/// <summary>A channel of System.Threading.Channels.</summary>
internal readonly struct ChannelPipe<TBytes, TItem> : IEventPipe<ChannelPipe<TBytes, TItem>, TItem>
    where TBytes : struct, IEventBytes<TItem>
{
    private readonly Channel<TItem> _channel;

    private ChannelPipe(Channel<TItem> channel) => _channel = channel;

    public static string Name => TBytes.Name;

    public static ChannelPipe<TBytes, TItem> Create(PipeShape shape)
    {
        bool isSingleWriter = shape.Producers == 1;
        bool isSingleReader = shape.Consumers == 1;
        Channel<TItem> channel = shape.Capacity is int capacity
            ? Channel.CreateBounded<TItem>(new BoundedChannelOptions(capacity) { SingleWriter = isSingleWriter, SingleReader = isSingleReader })
            : Channel.CreateUnbounded<TItem>(new UnboundedChannelOptions { SingleWriter = isSingleWriter, SingleReader = isSingleReader });
        return new ChannelPipe<TBytes, TItem>(channel);
    }

    public bool TrySend(ReadOnlySpan<byte> payload) => _channel.Writer.TryWrite(TBytes.Make(payload));

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload) => _channel.Writer.WriteAsync(TBytes.Make(payload.Span));

    public bool TryForward(TItem item) => _channel.Writer.TryWrite(item);

    public ValueTask<bool> WaitAsync() => _channel.Reader.WaitToReadAsync();

    public bool TryReceive(out TItem item) => _channel.Reader.TryRead(out item!);

    public ReadOnlySpan<byte> BytesOf(TItem item) => TBytes.BytesOf(item);

    public void Release(TItem item) => TBytes.Release(item);

    public long Drain()
    {
        long sum = 0;
        while (_channel.Reader.TryRead(out TItem? item))
        {
            sum += Payload.Read(TBytes.BytesOf(item));
            TBytes.Release(item);
        }

        return sum;
    }

    public void Complete() => _channel.Writer.Complete();

    public void Dispose()
    {
        // A channel has nothing to be disposed.
    }
}
