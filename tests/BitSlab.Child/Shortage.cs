using System;
using System.Collections.Generic;

namespace BitSlab.Child;

/// <summary>Allocates until the process's address space ends, then goes on.</summary>
internal static unsafe class Shortage
{
    public static void Run(int blockBytes)
    {
        // Everything that runs at the edge has run before, so that the runtime needs no memory for it there.
        var blocks = new List<nint>(1 << 20);
        using (var limited = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 64 << 20 }))
        {
            FillUp(limited, blocks, (nuint)blockBytes, out _);
            VerifyAndFree(limited, blocks);
        }

        using var allocator = new SlabAllocator();
        FillUp(allocator, blocks, (nuint)blockBytes, out OutOfMemoryException refusal);
        long first = blocks.Count;
        Report.Require(refusal is not SlabMemoryLimitException, "No limit was set.");
        Report.Require(!allocator.TryAlloc((nuint)blockBytes, out void* none) && none == null, "TryAlloc gives what Alloc refuses.");
        Report.Require(allocator.GetStatistics().LiveBlocks == first, "The refused allocations count.");

        // Half is freed; as much can be had again, beside the other half.
        int half = blocks.Count / 2;
        Verify(blocks);
        for (int i = blocks.Count - 1; i >= half; i--)
        {
            allocator.Free((void*)blocks[i]);
            blocks.RemoveAt(i);
        }

        FillUp(allocator, blocks, (nuint)blockBytes, out _);
        long second = blocks.Count;
        VerifyAndFree(allocator, blocks);
        Report.Require(allocator.GetStatistics().LiveBlocks == 0, "Something lives on.");
        void* last = SlabMemory.Alloc((nuint)blockBytes);
        SlabMemory.Free(last);
        Report.Line("bytes", first * blockBytes);
        Report.Line("again", second * blockBytes);
        Report.Line("reserved", allocator.GetStatistics().ReservedBytes);
    }

    private static void FillUp(SlabAllocator allocator, List<nint> blocks, nuint blockBytes, out OutOfMemoryException refusal)
    {
        try
        {
            while (true)
            {
                var block = (nint)allocator.Alloc(blockBytes);
                *(long*)block = block ^ blocks.Count;
                blocks.Add(block);
            }
        }
        catch (OutOfMemoryException e)
        {
            refusal = e;
        }
    }

    private static void Verify(List<nint> blocks)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            Report.Require(*(long*)blocks[i] == (blocks[i] ^ i), "A block lost its contents.");
        }
    }

    private static void VerifyAndFree(SlabAllocator allocator, List<nint> blocks)
    {
        Verify(blocks);
        foreach (nint block in blocks)
        {
            allocator.Free((void*)block);
        }

        blocks.Clear();
    }
}
