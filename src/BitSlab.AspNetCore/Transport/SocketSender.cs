using System;
using System.Buffers;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace BitSlab.AspNetCore.Transport;

/// <summary>
/// Sends what may lie in several blocks. Several are gathered in one: a copy costs less than a call of the operating system for each.
/// </summary>
internal sealed class SocketSender(Socket socket, MemoryPool<byte> pool)
{
    // The largest size served from slabs.
    private const int MostToGather = 32_768;

    public ValueTask SendAsync(ReadOnlySequence<byte> bytes) => bytes.IsSingleSegment ? SendAsync(bytes.First) : GatherAsync(bytes);

    private async ValueTask GatherAsync(ReadOnlySequence<byte> bytes)
    {
        using IMemoryOwner<byte> gathered = pool.Rent((int)long.Min(bytes.Length, MostToGather));
        while (!bytes.IsEmpty)
        {
            ReadOnlySequence<byte> next = bytes.Slice(0, long.Min(bytes.Length, gathered.Memory.Length));
            next.CopyTo(gathered.Memory.Span);
            await SendAsync(gathered.Memory[..(int)next.Length]).ConfigureAwait(false);
            bytes = bytes.Slice(next.End);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }
}
