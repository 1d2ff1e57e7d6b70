using System;

namespace BitSlab.Traces;

/// <summary>The sizes that a trace asks for.</summary>
internal static class TraceSizes
{
    /// <summary>
    /// Every call that takes a block: one that resizes may have to take another. One with an alignment above the blocks' own counts with its
    /// size rounded up to it.
    /// </summary>
    /// <param name="trace">The trace.</param>
    /// <param name="maximum">The largest size that counts.</param>
    /// <param name="alignment">The alignment that every block has.</param>
    /// <param name="above">How many requests were larger.</param>
    public static SizeHistogram Count(Trace trace, int maximum, int alignment, out long above)
    {
        SizeHistogram histogram = new();
        above = 0;
        foreach (ref readonly TraceEvent e in trace.Events.AsSpan())
        {
            if (e.Op is TraceOp.Free or TraceOp.AlignedFree)
            {
                continue;
            }

            bool isAligned = e.Op is TraceOp.AlignedAlloc or TraceOp.AlignedRealloc && e.Alignment > (nuint)alignment;
            ulong rounded = isAligned ? (Math.Max(e.Size, 1) + e.Alignment - 1) & ~((ulong)e.Alignment - 1) : e.Size;
            if (Math.Max(e.Size, rounded) > (ulong)maximum)
            {
                above++;
            }
            else if (isAligned)
            {
                histogram.AddAligned((int)e.Size, (int)e.Alignment);
            }
            else
            {
                histogram.Add((int)e.Size);
            }
        }

        return histogram;
    }
}
