using System;
using System.Diagnostics;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Events;

/// <summary>
/// A pipe in timed rounds. Each round begins and ends with an empty pipe, so that no contender's events are another one's garbage to walk.
/// </summary>
internal abstract class TimedPipe : ITimedWork
{
    /// <summary>What the garbage collector had to do in the timed parts of all rounds.</summary>
    public GarbageFigures Garbage { get; private set; }

    public TimeSpan Round()
    {
        GC.Collect();
        Fill();
        GarbageFigures before = GarbageFigures.Now();
        long begin = Stopwatch.GetTimestamp();
        Run();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        Garbage += GarbageFigures.Now() - before;
        Drain();
        return elapsed;
    }

    /// <summary>Forgets what the warm-up took.</summary>
    public void ForgetGarbage() => Garbage = default;

    /// <summary>What the queue has seen; null for other pipes.</summary>
    public abstract SlabEventObservation? Observe();

    public abstract void Dispose();

    protected abstract void Fill();

    protected abstract void Run();

    protected abstract void Drain();
}

/// <summary>What both forms have.</summary>
internal abstract class TimedPipe<TPipe, TItem>(PipeShape shape, int[] sizes, int maxSize, SlabAllocator allocator) : TimedPipe
    where TPipe : struct, IEventPipe<TPipe, TItem>
{
    protected TPipe Pipe { get; } = TPipe.Create(shape, allocator);

    protected int[] Sizes { get; } = sizes;

    /// <summary>What all events are copied from.</summary>
    protected byte[] Payload { get; } = new byte[maxSize];

    /// <summary>The bytes of the events that went in less those that came out: 0 in the end.</summary>
    protected long BytesInside { get; set; }

    public override SlabEventObservation? Observe() => Pipe is SlabPipe slab ? slab.Queue.Observe() : null;

    public override void Dispose() => Pipe.Dispose();

    protected override void Drain()
    {
        BytesInside -= ReceiveSlice(Pipe, int.MaxValue);
        if (BytesInside != 0)
        {
            throw new VerificationException($"{TPipe.Name}: {BytesInside} bytes more went in than came out");
        }
    }

    /// <summary>Takes what there is, up to so many; the bytes of it.</summary>
    protected static long ReceiveSlice(TPipe pipe, int most)
    {
        long bytes = 0;
        for (int count = 0; count < most && pipe.TryReceive(out TItem item); count++)
        {
            bytes += pipe.BytesOf(item).Length;
            pipe.Release(item);
        }

        return bytes;
    }
}
