using System;

namespace BitSlab.Child;

/// <summary>
/// A thread-heap handle that outlives its allocator, while its thread makes and disposes many more: in a process of its own, since
/// heap structures that other threads left would be used first.
/// </summary>
internal static unsafe class StaleHandle
{
    public static void Run(int allocators)
    {
        var first = new SlabAllocator();
        SlabThreadHeap stale = first.GetThreadHeap();
        void* block = stale.Alloc(100);
        first.Dispose();
        for (int round = 0; round < allocators; round++)
        {
            using var next = new SlabAllocator();
            void* mine = next.Alloc(100);
            next.Free(next.Alloc(100));
            Report.Require(Refuses(stale, block), $"A stale handle was served after {round} allocators.");
            Report.Require(next.GetStatistics().LiveBlocks == 1, "A stale handle took or freed a block of another allocator.");
            next.Free(mine);
        }

        Report.Line("refused", allocators);
    }

    private static bool Refuses(SlabThreadHeap handle, void* block)
    {
        int refused = 0;
        try
        {
            handle.Alloc(100);
        }
        catch (ObjectDisposedException)
        {
            refused++;
        }

        try
        {
            handle.Free(block);
        }
        catch (ObjectDisposedException)
        {
            refused++;
        }

        return refused == 2;
    }
}
