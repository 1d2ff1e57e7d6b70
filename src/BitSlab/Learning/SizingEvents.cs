using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;

namespace BitSlab.Learning;

/// <summary>The event source <c>BitSlab</c>. It comes into being with the first event.</summary>
[EventSource(Name = "BitSlab")]
internal sealed class SizingEvents : EventSource
{
    public static readonly SizingEvents Log = new();

    private SizingEvents()
    {
    }

    [NonEvent]
    public void Tell(LadderChanged change)
    {
        if (IsEnabled())
        {
            ClassesChanged(change.Allocator ?? string.Empty, change.Classes, change.WasteBefore, change.WasteAfter, change.Samples);
        }
    }

    /// <summary>An allocator changed its size classes.</summary>
    /// <param name="allocator">Its name; empty for none.</param>
    /// <param name="classes">How many classes it has now.</param>
    /// <param name="wasteBefore">What the old classes are expected to waste, in bytes per allocation.</param>
    /// <param name="wasteAfter">The same of the new ones.</param>
    /// <param name="samples">Allocations counted so far.</param>
    [Event(1, Level = EventLevel.Informational)]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "All arguments are primitive.")]
    public void ClassesChanged(string allocator, int classes, double wasteBefore, double wasteAfter, long samples) =>
        WriteEvent(1, allocator, classes, wasteBefore, wasteAfter, samples);
}
