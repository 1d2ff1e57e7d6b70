using System;
using BitSlab.Tests.Support;

namespace BitSlab.Child;

/// <summary>Allocators that are filled and disposed, one after another: the memory of each goes back, or to the next.</summary>
internal static unsafe class Disposals
{
    public static void Run()
    {
        Fill(1);
        GC.Collect();
        long before = ResidentMemory.Now();
        for (int i = 0; i < 30; i++)
        {
            Fill(20_000);
        }

        Report.Line("growth", ResidentMemory.Now() - before);
    }

    private static void Fill(int blocks)
    {
        using var allocator = new SlabAllocator();
        for (int i = 0; i < blocks; i++)
        {
            Pattern.Fill((nint)allocator.Alloc(1000), 1000, 1);
        }

        Pattern.Fill((nint)allocator.Alloc(1_000_000), 1_000_000, 1);
        Pattern.Fill((nint)allocator.Alloc(10_000_000), 10_000_000, 1);
    }
}
