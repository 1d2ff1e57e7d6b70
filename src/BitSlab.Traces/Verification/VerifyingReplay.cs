using System;
using System.Collections.Generic;

namespace BitSlab.Traces;

/// <summary>Replays a trace on the calling thread, in the trace's order, with every check.</summary>
internal sealed class VerifyingReplay(Trace trace, Contender subject, Action<int>? advanced, bool trims) : IContenderVisitor<bool>
{
    // Progress every so many events: often enough for a bar, too seldom to cost.
    internal const int EventsPerReport = 16_384;

    // Two live blocks at one address: the contents show it for all sizes but 0, this shows it at once and for all.
    private readonly HashSet<nint> _addresses = [];

    /// <exception cref="VerificationException">The contender broke its promise.</exception>
    public static void Run(Trace trace, Contender contender, Action<int>? advanced = null, bool trims = false)
        => contender.Accept(new VerifyingReplay(trace, contender, advanced, trims));

    public bool Visit<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        using SlabAllocator? allocator = subject.CreateAllocator();
        using TrimmingThread? trimming = trims ? new TrimmingThread(allocator ?? SlabAllocator.Shared) : null;
        T opened = T.Open(allocator);
        VerifiedBlock[] slots = new VerifiedBlock[trace.SlotCount];
        TraceEvent[] events = trace.Events;
        for (int number = 0; number < events.Length; number++)
        {
            Step(opened, events[number], ref slots[events[number].Slot], number);
            if (number % EventsPerReport == EventsPerReport - 1)
            {
                advanced?.Invoke(EventsPerReport);
            }
        }

        FreeRest(opened, slots);
        advanced?.Invoke(events.Length % EventsPerReport);
        return true;
    }

    private void Step<T>(T contender, in TraceEvent e, ref VerifiedBlock block, int number)
        where T : struct, IContender<T>, allows ref struct
    {
        switch (e.Op)
        {
            case TraceOp.Free:
            case TraceOp.AlignedFree:
                _addresses.Remove(block.Address);
                block.Free(contender, e, number);
                return;
            case TraceOp.Realloc:
            case TraceOp.AlignedRealloc:
                _addresses.Remove(block.Address);
                block.Reallocate(contender, subject.MinimumAlignment, e, number);
                break;
            default:
                block.Allocate(contender, subject.MinimumAlignment, e, number);
                break;
        }

        if (!_addresses.Add(block.Address))
        {
            throw new VerificationException(number, e.Slot, block.Address, "the address was handed out twice");
        }
    }

    private void FreeRest<T>(T contender, VerifiedBlock[] slots)
        where T : struct, IContender<T>, allows ref struct
    {
        bool[] aligned = new bool[slots.Length];
        foreach (TraceEvent e in trace.Events)
        {
            aligned[e.Slot] = e.Op >= TraceOp.AlignedAlloc;
        }

        for (int slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot].Address != 0)
            {
                TraceEvent last = new(aligned[slot] ? TraceOp.AlignedFree : TraceOp.Free, 0, (uint)slot, 0, 0);
                slots[slot].Free(contender, last, trace.Events.Length);
            }
        }
    }
}
