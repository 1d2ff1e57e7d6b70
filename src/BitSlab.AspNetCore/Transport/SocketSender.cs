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
    // The largest size served from slabs. Always that much: each size class in use keeps a slab for each thread.
    private const int MostToGather = 32_768;

    // From here on a block is sent as it is.
    private const int LargeBlock = 16_384;

    public ValueTask SendAsync(ReadOnlySequence<byte> bytes) => bytes.IsSingleSegment ? SendAsync(bytes.First) : SendBlocksAsync(bytes);

    private async ValueTask SendBlocksAsync(ReadOnlySequence<byte> bytes)
    {
        IMemoryOwner<byte>? gathered = null;
        try
        {
            while (!bytes.IsEmpty)
            {
                ReadOnlyMemory<byte> first = bytes.First;
                bool isAlone = first.Length >= LargeBlock || first.Length == bytes.Length;
                if (!isAlone && (gathered ??= TryRent()) is { Memory: Memory<byte> room })
                {
                    ReadOnlySequence<byte> next = bytes.Slice(0, long.Min(bytes.Length, room.Length));
                    next.CopyTo(room.Span);
                    await SendAsync(room[..(int)next.Length]).ConfigureAwait(false);
                    bytes = bytes.Slice(next.End);
                }
                else
                {
                    await SendAsync(first).ConfigureAwait(false);
                    bytes = bytes.Slice(first.Length);
                }
            }
        }
        finally
        {
            gathered?.Dispose();
        }
    }

    // Where there is no more memory the blocks are sent one by one: that is how memory comes back.
    private IMemoryOwner<byte>? TryRent()
    {
        try
        {
            return pool.Rent(MostToGather);
        }
        catch (OutOfMemoryException)
        {
            return null;
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
