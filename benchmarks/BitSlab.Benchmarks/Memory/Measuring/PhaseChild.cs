using System;
using System.Threading;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>Runs in a child process: one phase, one contender.</summary>
internal sealed class PhaseChild(Phase phase, PhaseScale scale, TimeSpan idle) : IContenderVisitor<PhaseReport>
{
    // The report asks for a moment so many seconds after the last free: it is not to lie after the end.
    private static readonly TimeSpan s_slack = TimeSpan.FromMilliseconds(300);

    public static PhaseReport Measure(Contender contender, Phase phase, PhaseScale scale, TimeSpan idle) =>
        contender.Accept(new PhaseChild(phase, scale, idle));

    public PhaseReport Visit<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        CodePreparation.PrepareAssembly(typeof(SlabMemory).Assembly);
        using ProcessCounters counters = ProcessCounters.OfThisProcess();
        PhaseLog log = new(counters);
        Measure<T>(log, PhaseScale.WarmUp, TimeSpan.Zero);
        log.Clear();
        Measure<T>(log, scale, idle + s_slack);
        return new PhaseReport { Marks = log.Marks, Cycles = log.Cycles };
    }

    private void Measure<T>(PhaseLog log, PhaseScale size, TimeSpan rest)
        where T : struct, IContender<T>, allows ref struct
    {
        using PhaseRun run = phase.Prepare<T>(size);
        ResidentMemory.Settle();
        log.Mark(PhaseMark.Begin, 0);
        run.Run(log);
        long live = log.Marks[^1].Live;
        Thread.Sleep(rest);
        log.Mark(PhaseMark.End, live);
    }
}
