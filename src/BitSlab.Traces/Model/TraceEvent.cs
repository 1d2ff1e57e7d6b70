using System.Runtime.InteropServices;

namespace BitSlab.Traces;

/// <summary>One event in 16 bytes, so that four share a cache line and a replay measures the allocator, not the trace.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct TraceEvent
{
    /// <summary>Bytes requested; 0 for the frees.</summary>
    public readonly ulong Size;

    /// <summary>The slot that holds the object, below <see cref="Trace.SlotCount"/>.</summary>
    public readonly uint Slot;

    /// <summary>The thread of the traced program, below <see cref="Trace.ThreadCount"/>.</summary>
    public readonly ushort Thread;

    public readonly TraceOp Op;

    /// <summary>Binary logarithm of the alignment; for the three aligned operations only.</summary>
    public readonly byte AlignmentShift;

    public TraceEvent(TraceOp op, int thread, uint slot, ulong size, int alignmentShift)
    {
        Size = size;
        Slot = slot;
        Thread = (ushort)thread;
        Op = op;
        AlignmentShift = (byte)alignmentShift;
    }

    public nuint Alignment => (nuint)1 << AlignmentShift;
}
