using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;
using BitSlab.Learning;

namespace BitSlab;

/// <summary>The event source <c>BitSlab</c>. It comes into being with the first event.</summary>
[EventSource(Name = "BitSlab")]
internal sealed class BitSlabEvents : EventSource
{
    public static readonly BitSlabEvents Log = new();

    private BitSlabEvents()
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

    [NonEvent]
    public void Tell(string? allocator, IReadOnlyList<SlabLiveBuffer> leaked)
    {
        if (IsEnabled())
        {
            foreach (SlabLiveBuffer buffer in leaked)
            {
                BufferLeaked(
                    allocator ?? string.Empty, buffer.Type.ToString(), buffer.Length, buffer.AllocatedBytes, buffer.StackTrace.ToString());
            }
        }
    }

    /// <summary>An allocator that tracks buffers was disposed while this buffer was not.</summary>
    /// <param name="allocator">The allocator's name; empty for none.</param>
    /// <param name="type">The buffer's type.</param>
    /// <param name="length">Its length in elements.</param>
    /// <param name="allocatedBytes">The bytes of its memory.</param>
    /// <param name="stackTrace">The place of its allocation.</param>
    [Event(2, Level = EventLevel.Error)]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "All arguments are primitive.")]
    public void BufferLeaked(string allocator, string type, long length, long allocatedBytes, string stackTrace) =>
        WriteEvent(2, allocator, type, length, allocatedBytes, stackTrace);
}
