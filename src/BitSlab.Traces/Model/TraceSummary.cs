namespace BitSlab.Traces;

/// <summary>What the memory figures of a trace are set against.</summary>
/// <param name="ObjectCount">Allocations, each of which makes one object.</param>
/// <param name="PeakEvent">The event after which the most bytes are live for the first time; -1 in an empty trace.</param>
/// <param name="PeakLiveBytes">Bytes requested by the objects live after that event.</param>
/// <param name="PeakLiveBlocks">The number of those objects.</param>
/// <param name="LiveAtEnd">Objects never freed.</param>
internal sealed record TraceSummary(int ObjectCount, int PeakEvent, ulong PeakLiveBytes, int PeakLiveBlocks, int LiveAtEnd)
{
    public static TraceSummary Of(Trace trace)
    {
        ulong[] sizes = new ulong[trace.SlotCount];
        ulong liveBytes = 0;
        ulong peakBytes = 0;
        int liveBlocks = 0;
        int peakBlocks = 0;
        int peakEvent = -1;
        int objects = 0;
        TraceEvent[] events = trace.Events;
        for (int i = 0; i < events.Length; i++)
        {
            ref readonly TraceEvent e = ref events[i];
            ref ulong size = ref sizes[e.Slot];
            switch (e.Op)
            {
                case TraceOp.Free:
                case TraceOp.AlignedFree:
                    liveBytes -= size;
                    liveBlocks--;
                    continue;
                case TraceOp.Realloc:
                case TraceOp.AlignedRealloc:
                    liveBytes -= size;
                    break;
                default:
                    liveBlocks++;
                    objects++;
                    break;
            }

            size = e.Size;
            liveBytes += size;
            if (liveBytes > peakBytes || peakEvent < 0)
            {
                (peakBytes, peakBlocks, peakEvent) = (liveBytes, liveBlocks, i);
            }
        }

        return new TraceSummary(objects, peakEvent, peakBytes, peakBlocks, liveBlocks);
    }
}
