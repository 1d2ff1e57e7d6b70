using System;
using BitSlab.Tests.Support;

namespace BitSlab.Child;

/// <summary>More memory wanted upfront than there is.</summary>
internal static unsafe class Prefaulting
{
    public static void Run()
    {
        using var parent = new SlabAllocator();
        parent.Free(parent.Alloc(100));
        long before = ResidentMemory.Now();
        bool refused = false;
        try
        {
            parent.CreateChild(new SlabAllocatorOptions { Prefault = 1L << 50 }).Dispose();
        }
        catch (OutOfMemoryException)
        {
            refused = true;
        }

        Report.Line("refused", refused ? 1 : 0);
        Report.Line("growth", ResidentMemory.Now() - before);
        parent.Free(parent.Alloc(100));
    }
}
