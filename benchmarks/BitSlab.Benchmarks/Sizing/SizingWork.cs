using System.Collections.Generic;
using BitSlab.Cli.Queue;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>What classes are judged by: a recorded program, or the queue of the original's own test.</summary>
internal static class SizingWork
{
    public const string Queue = "queue";

    private const int QueueEvents = 1_000_000;
    private const int QueueMaxSize = 1_024;

    /// <summary>The trace of a file; without one the queue.</summary>
    public static Trace Of(string? file) => file == null ? OriginalQueue() : TraceReader.Read(file);

    // As BurstQueue has it: in goes all, and then out.
    private static Trace OriginalQueue()
    {
        int[] sizes = QueueSizes.Create(QueueEvents, QueueMaxSize);
        List<TraceEvent> events = [];
        uint slot = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            events.Add(new TraceEvent(TraceOp.Alloc, 0, slot++, (ulong)sizes[i], 0));
            if ((i + 1) % BurstQueue.LongLivedEvery == 0)
            {
                events.Add(new TraceEvent(TraceOp.Alloc, 0, slot++, BurstQueue.LongLivedSize, 0));
            }
        }

        for (uint i = 0; i < slot; i++)
        {
            events.Add(new TraceEvent(TraceOp.Free, 0, i, 0, 0));
        }

        return new Trace(Queue, 1, (int)slot, [.. events]);
    }
}
