using System;

namespace BitSlab.Traces;

/// <summary>A trace that has been read and checked: every operation is legal in the order given.</summary>
internal sealed class Trace
{
    public Trace(string name, int threadCount, int slotCount, TraceEvent[] events)
    {
        Name = name;
        ThreadCount = threadCount;
        SlotCount = slotCount;
        Events = events;
        Summary = TraceSummary.Of(this);
    }

    /// <summary>The file's name without folder and endings.</summary>
    public string Name { get; }

    public int ThreadCount { get; }

    /// <summary>The slots of the events are below this number.</summary>
    public int SlotCount { get; }

#pragma warning disable CA1819 // the replays run over the bare array; a copy would be a trace's size
    public TraceEvent[] Events { get; }
#pragma warning restore CA1819

    public TraceSummary Summary { get; }

    public ReadOnlySpan<TraceEvent> Slice(int start, int count) => Events.AsSpan(start, Math.Min(count, Events.Length - start));
}
