using System.Linq;
using System.Runtime.InteropServices;

namespace BitSlab.Traces;

/// <summary>One event as its thread performs it. Slots are gone: each allocation makes an object with a number of its own.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct ThreadStep
{
    /// <summary>Index into the trace's events, for the operation's arguments in verification and for messages.</summary>
    public readonly int Event;

    public readonly int Object;

    /// <summary>How many allocs and reallocs of the object stand before this event in the trace: what it waits for.</summary>
    public readonly int Stage;

    public readonly TraceOp Op;
    public readonly byte AlignmentShift;

    /// <summary>Bytes requested.</summary>
    public readonly ulong Size;

    /// <summary>Bytes of the object before this event.</summary>
    public readonly ulong PreviousSize;

    public ThreadStep(int number, in TraceEvent e, int obj, int stage, ulong previousSize)
    {
        Event = number;
        Object = obj;
        Stage = stage;
        Op = e.Op;
        AlignmentShift = e.AlignmentShift;
        Size = e.Size;
        PreviousSize = previousSize;
    }

    public nuint Alignment => (nuint)1 << AlignmentShift;
}

/// <summary>
/// A trace taken apart into the events of each thread. The only order kept is the one the program itself must have had: each
/// thread's own, and a free or realloc after the last alloc or realloc of its object. A slot's next allocation waits for nothing,
/// so a free may run behind it on another thread, as with a real allocator.
/// </summary>
internal sealed class ThreadPlan
{
    private ThreadPlan(ThreadStep[][] threads, int objectCount) => (Threads, ObjectCount) = (threads, objectCount);

    /// <summary>The steps of each thread that has any.</summary>
#pragma warning disable CA1819 // the replays run over the bare arrays
    public ThreadStep[][] Threads { get; }
#pragma warning restore CA1819

    public int ObjectCount { get; }

    public static ThreadPlan Of(Trace trace)
    {
        int[] counts = new int[trace.ThreadCount];
        foreach (ref readonly TraceEvent e in trace.Slice(0, trace.Events.Length))
        {
            counts[e.Thread]++;
        }

        ThreadStep[][] threads = [.. counts.Select(count => new ThreadStep[count])];
        int[] filled = new int[trace.ThreadCount];
        (int Object, int Stage, ulong Size)[] slots = new (int, int, ulong)[trace.SlotCount];
        int objects = 0;
        for (int number = 0; number < trace.Events.Length; number++)
        {
            ref readonly TraceEvent e = ref trace.Events[number];
            ref (int Object, int Stage, ulong Size) slot = ref slots[e.Slot];
            if (e.Op is TraceOp.Alloc or TraceOp.AllocZeroed or TraceOp.AlignedAlloc)
            {
                slot = (objects++, 0, 0);
            }

            threads[e.Thread][filled[e.Thread]++] = new ThreadStep(number, e, slot.Object, slot.Stage, slot.Size);
            slot = (slot.Object, slot.Stage + 1, e.Size); // after a free the slot is set anew by its next allocation
        }

        return new ThreadPlan([.. threads.Where(steps => steps.Length > 0)], objects);
    }
}
