using System;
using System.Threading;
using BitSlab.Tests.Support;

namespace BitSlab.Child;

/// <summary>
/// The original's own test, with the payload written: a million events of 1 to 1,024 bytes, all live at once, then freed. No
/// two may overlap, each keeps its contents, and the memory goes back.
/// </summary>
internal static unsafe class Million
{
    private const int Count = 1_000_000;

    public static void Run(string preset, string freer)
    {
        using SlabAllocator? own = preset == "shared"
            ? null
            : new SlabAllocator(preset == "classic" ? SlabAllocatorOptions.Classic : SlabAllocatorOptions.Default);
        SlabAllocator allocator = own ?? SlabAllocator.Shared;
        var blocks = new (nint Address, nuint Size)[Count];
        var sorted = new (nint Address, nuint Size)[Count];

        // All that the measured part needs is there and touched before: arrays, compiled code, thread stacks.
        Array.Fill(blocks, (1, 1u));
        Array.Fill(sorted, (1, 1u));
        Cycle(allocator, blocks.AsSpan(0, 2000), sorted.AsSpan(0, 2000), freer);
        GC.Collect();
        long before = ResidentMemory.Now();
        long full = Cycle(allocator, blocks, sorted, freer);
        long after = ResidentMemory.Now();
        Report.Line("full", full - before);
        Report.Line("growth", after - before);
        Report.Line("virtual", VirtualBytes());
        SlabStatistics statistics = allocator.GetStatistics();
        Report.Line("live", statistics.LiveBlocks);
        Report.Line("committed", statistics.CommittedBytes);
        Report.Line("chunks", statistics.Chunks);
    }

    private static long VirtualBytes()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.VirtualMemorySize64;
    }

    private static long Cycle(
        SlabAllocator allocator, Span<(nint Address, nuint Size)> blocks, Span<(nint Address, nuint Size)> sorted, string freer)
    {
        var random = new Random(1);
        for (int i = 0; i < blocks.Length; i++)
        {
            var size = (nuint)random.Next(1, 1025);
            blocks[i] = ((nint)allocator.Alloc(size), size);
            Pattern.Fill(blocks[i].Address, size, (uint)i);
        }

        blocks.CopyTo(sorted);
        Report.Require(Overlaps.Find(sorted) is null, "Two live blocks overlap.");
        for (int i = 0; i < blocks.Length; i++)
        {
            Pattern.Verify(blocks[i].Address, blocks[i].Size, (uint)i);
        }

        long full = ResidentMemory.Now();
        if (freer == "self")
        {
            FreeAll(allocator, blocks);
        }
        else
        {
            fixed ((nint, nuint)* first = blocks)
            {
                FreeByOthers(allocator, first, blocks.Length);
            }

            allocator.Trim();
        }

        return full;
    }

    private static void FreeByOthers(SlabAllocator allocator, (nint, nuint)* first, int length)
    {
        var threads = new Thread[2];
        for (int t = 0; t < threads.Length; t++)
        {
            int from = length / 2 * t;
            threads[t] = new Thread(() => FreeAll(allocator, new Span<(nint, nuint)>(first + from, length / 2)));
            threads[t].Start();
        }

        Array.ForEach(threads, t => t.Join());
    }

    private static void FreeAll(SlabAllocator allocator, Span<(nint Address, nuint Size)> blocks)
    {
        foreach ((nint address, _) in blocks)
        {
            allocator.Free((void*)address);
        }
    }
}
