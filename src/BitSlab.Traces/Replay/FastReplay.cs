using System;
using System.Diagnostics;

namespace BitSlab.Traces;

/// <summary>
/// Replays a trace on the calling thread without checks. Called slice by slice: a method with one long loop is compiled by
/// on-stack replacement, with worse code, while one that is called hundreds of times gets the optimised code.
/// </summary>
internal static unsafe class FastReplay
{
    /// <summary>Events a call: a call costs nothing beside so many, and a short trace still makes enough of them.</summary>
    public const int SliceLength = 2_048;

    /// <summary>
    /// Replays all events and returns the time they took; what is live at the end is freed afterwards, untimed. The slots are
    /// room for <see cref="Trace.SlotCount"/> addresses, all zero before and after.
    /// </summary>
    public static TimeSpan Run<T, TPayload>(Trace trace, T contender, TPayload payload, nint* slots)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        long begin = Stopwatch.GetTimestamp();
        RunRange(trace, contender, payload, slots, 0, trace.Events.Length);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        FreeRest(trace, contender, slots);
        return elapsed;
    }

    /// <summary>Replays the events from <paramref name="start"/> up to but without <paramref name="end"/>.</summary>
    public static void RunRange<T, TPayload>(Trace trace, T contender, TPayload payload, nint* slots, int start, int end)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        for (; start < end; start += SliceLength)
        {
            RunSlice(contender, payload, trace.Slice(start, Math.Min(SliceLength, end - start)), slots);
        }
    }

    /// <summary>Frees what is live after the last event, and empties the slots.</summary>
    public static void FreeRest<T>(Trace trace, T contender, nint* slots)
        where T : struct, IContender<T>, allows ref struct
    {
        if (trace.Summary.LiveAtEnd == 0)
        {
            return;
        }

        // Backwards, the first event of a slot met is its last: it tells whether the block is an aligned one.
        for (int i = trace.Events.Length - 1; i >= 0; i--)
        {
            ref readonly TraceEvent e = ref trace.Events[i];
            void* block = (void*)slots[e.Slot];
            if (block is null)
            {
                continue;
            }

            if (e.Op >= TraceOp.AlignedAlloc)
            {
                contender.AlignedFree(block);
            }
            else
            {
                contender.Free(block);
            }

            slots[e.Slot] = 0;
        }
    }

    private static void RunSlice<T, TPayload>(T contender, TPayload payload, ReadOnlySpan<TraceEvent> events, nint* slots)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        foreach (ref readonly TraceEvent e in events)
        {
            nint* slot = slots + e.Slot;
            nuint size = (nuint)e.Size;
            void* block;

            // The two most frequent operations first, by a plain branch: cheaper than the jump table of a switch.
            if (e.Op == TraceOp.Free)
            {
                contender.Free((void*)*slot);
                *slot = 0;
                continue;
            }

            if (e.Op == TraceOp.Alloc)
            {
                block = contender.Alloc(size);
            }
            else if (e.Op == TraceOp.AllocZeroed)
            {
                block = contender.AllocZeroed(size);
            }
            else if (e.Op == TraceOp.Realloc)
            {
                block = contender.Realloc((void*)*slot, size);
            }
            else if (e.Op == TraceOp.AlignedAlloc)
            {
                block = contender.AlignedAlloc(size, e.Alignment);
            }
            else if (e.Op == TraceOp.AlignedRealloc)
            {
                block = contender.AlignedRealloc((void*)*slot, size, e.Alignment);
            }
            else
            {
                contender.AlignedFree((void*)*slot);
                *slot = 0;
                continue;
            }

            payload.Allocated(block, size);
            *slot = (nint)block;
        }
    }
}
