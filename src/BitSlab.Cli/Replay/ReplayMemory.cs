using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Replay;

/// <summary>Runs in a child process: one trace, one contender, every block written.</summary>
internal sealed class ReplayMemory(Trace trace, Contender subject, bool threads) : IContenderVisitor<MemoryFigures>
{
    public static MemoryFigures Measure(Trace trace, Contender subject, bool threads) =>
        subject.Accept(new ReplayMemory(trace, subject, threads));

    public MemoryFigures Visit<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        CodePreparation.PrepareAssembly(typeof(SlabMemory).Assembly);
        return threads ? OnThreads<T>() : InOrder<T>();
    }

    /// <summary>In the trace's order: resident memory is read right after the event with the most bytes live.</summary>
    private unsafe MemoryFigures InOrder<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        SlotTable slots = new(trace);
        CodePreparation.PrepareGenerics(typeof(FastReplay), typeof(T), typeof(WrittenPayload));
        CodePreparation.PrepareGenerics(typeof(FastReplay), typeof(T));
        TraceSummary summary = trace.Summary;
        MemoryProbe probe = new();
        using SlabAllocator? allocator = subject.CreateAllocator();
        T contender = T.Open(allocator);
        FastReplay.RunRange(trace, contender, default(WrittenPayload), slots.Address, 0, summary.PeakEvent + 1);
        long atPeak = probe.Growth();
        FastReplay.RunRange(trace, contender, default(WrittenPayload), slots.Address, summary.PeakEvent + 1, trace.Events.Length);
        long peak = probe.PeakGrowth(atLeast: atPeak);
        FastReplay.FreeRest(trace, contender, slots.Address);
        return new MemoryFigures(peak, atPeak, (long)summary.PeakLiveBytes, summary.PeakLiveBlocks);
    }

    /// <summary>
    /// On real threads no moment of the trace can be stopped at, and each run has a peak of its own: the highest resident
    /// memory is set against the most bytes live in the same run.
    /// </summary>
    private MemoryFigures OnThreads<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        ThreadedFastReplay replay = new(trace);
        LiveMeter meter = new();
        CodePreparation.PrepareGenerics(typeof(ThreadedFastReplay), typeof(T), typeof(MeteredPayload));
        CodePreparation.PrepareGenerics(typeof(ThreadedFastReplay), typeof(T));
        ReplayThreads.Run(trace.ThreadCount, (_, _) => { }); // what threads cost the runtime is no allocator's
        MemoryProbe probe = new();
        using SlabAllocator? allocator = subject.CreateAllocator();
        replay.Run<T, MeteredPayload>(allocator, new MeteredPayload(meter));
        long peak = probe.PeakGrowth(atLeast: probe.Growth());
        return new MemoryFigures(peak, peak, meter.PeakBytes, meter.PeakBlocks);
    }
}
