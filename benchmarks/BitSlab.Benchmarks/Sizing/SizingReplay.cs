using System;
using System.Runtime.InteropServices;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>Replays some work once, every block written, and adds up what the blocks have more than was asked for.</summary>
internal sealed unsafe class SizingReplay
{
    // Where time passes while a program runs, the timer has sizes sampled. A replay is over in less than one of its periods: here it is so
    // many events that pass.
    private const int Ticks = 100;

    // What the first block makes resident, .NET's meter mostly, is nobody's peak.
    private const int FirstBlock = 64;

    private readonly Trace _trace;
    private readonly SlabAllocator _allocator;
    private readonly int _maximum;
    private readonly SlotState* _slots;

    private struct SlotState
    {
        public void* Block;
        public long Waste;
        public bool Counts;
    }

    private SizingReplay(Trace trace, SlabAllocator allocator, int maximum)
    {
        _trace = trace;
        _allocator = allocator;
        _maximum = maximum;
        nuint bytes = (nuint)trace.SlotCount * (nuint)sizeof(SlotState);
        _slots = (SlotState*)NativeMemory.Alloc(bytes);
        NativeMemory.Fill(_slots, bytes, 1); // resident before the baseline
        NativeMemory.Clear(_slots, bytes);
    }

    /// <summary>In a process of its own: its memory is measured.</summary>
    public static SizingFigures Measure(Trace trace, SizingSetup setup)
    {
        CodePreparation.PrepareAssembly(typeof(SlabMemory).Assembly);
        CodePreparation.PrepareAssembly(typeof(SizingReplay).Assembly);
        using SlabAllocator allocator = new(setup.ToOptions(trace));
        allocator.Free(allocator.Alloc(FirstBlock));
        return new SizingReplay(trace, allocator, setup.Maximum).Run();
    }

    private SizingFigures Run()
    {
        TraceEvent[] events = _trace.Events;
        int tenth = events.Length / 10;
        int tick = Math.Max(1, events.Length / Ticks);
        long requests = 0;
        long waste = 0;
        long early = 0;
        long earlyWaste = 0;
        double peakWaste = 0;
        MemoryProbe probe = new();
        for (int i = 0; i < events.Length; i++)
        {
            if (i % tick == 0)
            {
                _allocator.Tick();
            }

            if (i == tenth)
            {
                (early, earlyWaste) = (requests, waste);
            }

            ref readonly TraceEvent e = ref events[i];
            SlotState* slot = _slots + e.Slot;
            if (Apply(e, slot))
            {
                requests++;
                waste += slot->Waste;
            }

            if (i == _trace.Summary.PeakEvent)
            {
                peakWaste = WasteOfLiveBlocks();
            }
        }

        long peak = probe.PeakGrowth(atLeast: probe.Growth());
        return new SizingFigures(
            requests,
            (double)waste / requests,
            (double)(waste - earlyWaste) / Math.Max(1, requests - early),
            peakWaste,
            (long)_trace.Summary.PeakLiveBytes,
            peak,
            _allocator.GetStatistics().Sizing.Changes);
    }

    // Whether it was a request that counts.
    private bool Apply(in TraceEvent e, SlotState* slot)
    {
        nuint size = (nuint)e.Size;
        switch (e.Op)
        {
            case TraceOp.Free:
            case TraceOp.AlignedFree:
                _allocator.Free(slot->Block);
                *slot = default;
                return false;
            case TraceOp.AllocZeroed:
                slot->Block = _allocator.AllocZeroed(size);
                break;
            case TraceOp.AlignedAlloc:
                slot->Block = _allocator.AlignedAlloc(size, e.Alignment);
                break;
            case TraceOp.Realloc:
                slot->Block = _allocator.Realloc(slot->Block, size);
                break;
            case TraceOp.AlignedRealloc:
                slot->Block = _allocator.AlignedRealloc(slot->Block, size, e.Alignment);
                break;
            default:
                slot->Block = _allocator.Alloc(size);
                break;
        }

        default(WrittenPayload).Allocated(slot->Block, size);
        slot->Counts = size <= (nuint)_maximum;

        // A request of nothing counts as one of a byte.
        slot->Waste = slot->Counts ? (long)(_allocator.GetUsableSize(slot->Block) - Math.Max(size, 1)) : 0;
        return slot->Counts;
    }

    private double WasteOfLiveBlocks()
    {
        long blocks = 0;
        long waste = 0;
        for (int i = 0; i < _trace.SlotCount; i++)
        {
            blocks += _slots[i].Counts ? 1 : 0;
            waste += _slots[i].Waste;
        }

        return blocks == 0 ? 0 : (double)waste / blocks;
    }
}
