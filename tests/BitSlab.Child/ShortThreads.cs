using System;
using System.Threading;
using BitSlab.Tests.Support;

namespace BitSlab.Child;

/// <summary>Ten thousand threads that allocate from the shared allocator, free all of it, and end.</summary>
internal static unsafe class ShortThreads
{
    public static void Run(bool collect)
    {
        // The runtime itself keeps something of each thread until a collection: that is measured first, with idle threads.
        Generation(100, collect, AllocateAndFree);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = ResidentMemory.Now();
        Generation(10_000, collect, static () => { });
        Report.Line("idle", ResidentMemory.Now() - before);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        before = ResidentMemory.Now();
        Generation(10_000, collect, AllocateAndFree);
        Report.Line("growth", ResidentMemory.Now() - before);
        SlabStatistics statistics = SlabAllocator.Shared.GetStatistics();
        Report.Line("live", statistics.LiveBlocks);
        Report.Line("committed", statistics.CommittedBytes);
    }

    private static void Generation(int threads, bool collect, ThreadStart body)
    {
        for (int i = 0; i < threads; i++)
        {
            var thread = new Thread(body);
            thread.Start();
            thread.Join();
            if (collect && i % 500 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }

    private static void AllocateAndFree()
    {
        Span<nint> blocks = stackalloc nint[60];
        for (int i = 0; i < blocks.Length; i++)
        {
            var size = (nuint)(i * 50);
            blocks[i] = (nint)SlabMemory.Alloc(size);
            Pattern.Fill(blocks[i], size, 1);
        }

        SlabMemory.FreeBatch(blocks);
    }
}
