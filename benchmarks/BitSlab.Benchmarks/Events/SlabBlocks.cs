using System;
using BitSlab.Cli.Events;

namespace BitSlab.Benchmarks.Events;

/// <summary>Blocks of BitSlab: the queue as it would be on a channel.</summary>
internal readonly unsafe struct SlabBlocks : IEventBytes<(nint Block, int Length)>
{
    public static string Name => "Channel of BitSlab blocks";

    public static (nint Block, int Length) Make(ReadOnlySpan<byte> payload)
    {
        void* block = EventMemory.Allocator.Alloc((nuint)payload.Length);
        payload.CopyTo(new Span<byte>(block, payload.Length));
        return ((nint)block, payload.Length);
    }

    public static ReadOnlySpan<byte> BytesOf((nint Block, int Length) item) => new((void*)item.Block, item.Length);

    public static void Release((nint Block, int Length) item) => EventMemory.Allocator.Free((void*)item.Block);
}
