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
    // As much as an answer has under way by default. Beyond what slabs serve, and always that much: of a size class, each thread keeps a slab.
    private const int MostToGather = 65_536;

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
                SequencePosition second = bytes.Start;
                bytes.TryGet(ref second, out ReadOnlyMemory<byte> first);
                bool isLast = first.Length == bytes.Length;
                if (!isLast && first.Length < LargeBlock && (gathered ??= TryRent()) is { Memory: Memory<byte> room })
                {
                    ReadOnlySequence<byte> next = bytes.Slice(0, long.Min(bytes.Length, room.Length));
                    next.CopyTo(room.Span);
                    await SendAsync(room[..(int)next.Length]).ConfigureAwait(false);
                    bytes = bytes.Slice(next.End);
                }
                else
                {
                    await SendAsync(first).ConfigureAwait(false);
                    // By position: a slice from 0 would leave an empty block where it is.
                    bytes = isLast ? default : bytes.Slice(second);
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
