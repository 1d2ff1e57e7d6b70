using System;
using System.Buffers;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using BitSlab.AspNetCore.Transport;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>What a connection sends, in blocks of any size: all of it, in its order, also where nothing more can be rented.</summary>
public sealed class SocketSenderTests
{
    [Theory]
    [InlineData]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(1, 1)]
    [InlineData(0, 5, 0, 0, 7, 0)]
    [InlineData(16_383, 16_384, 16_385)]
    [InlineData(4_096, 100_000, 4_096)]
    [InlineData(32_768, 1)]
    [InlineData(10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000)]
    public async Task All_of_it_arrives(params int[] lengths)
    {
        using SlabMemoryPool<byte> pool = new();
        using RefusingPool none = new();
        foreach (MemoryPool<byte> either in new MemoryPool<byte>[] { pool, none })
        {
            byte[] sent = Body.Of(lengths.Sum());
            Assert.Equal(sent, await SendAsync(either, sent, lengths));
        }

        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);
    }

    private static async Task<byte[]> SendAsync(MemoryPool<byte> pool, byte[] bytes, int[] lengths)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using Socket server = await listener.AcceptAsync();
        Task sending = Task.Run(async () =>
        {
            try
            {
                await new SocketSender(server, pool).SendAsync(Segment.SequenceOf(bytes, lengths));
            }
            finally
            {
                server.Shutdown(SocketShutdown.Send);
            }
        });
        byte[] received = new byte[bytes.Length + 1];
        int length = 0;
        for (int got = 1; got != 0; length += got)
        {
            got = await client.ReceiveAsync(received.AsMemory(length));
        }

        await sending;
        return received[..length];
    }

    private sealed class RefusingPool : MemoryPool<byte>
    {
        public override int MaxBufferSize => int.MaxValue;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => throw new SlabMemoryLimitException();

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> SequenceOf(byte[] bytes, int[] lengths)
        {
            Segment first = new(), last = first;
            foreach (int length in lengths)
            {
                Segment next = new() { Memory = bytes.AsMemory((int)last.RunningIndex + last.Memory.Length, length) };
                next.RunningIndex = last.RunningIndex + last.Memory.Length;
                last.Next = next;
                last = next;
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }
}
