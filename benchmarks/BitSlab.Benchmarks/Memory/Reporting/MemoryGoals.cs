using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Benchmarks.Reporting;
using static BitSlab.Benchmarks.Reporting.Contenders;

namespace BitSlab.Benchmarks.Memory.Reporting;

/// <summary>A figure that was asked for.</summary>
/// <param name="What">What is to be reached.</param>
/// <param name="Limit">The figure asked for.</param>
/// <param name="AtLeast">Whether the limit is the lowest that will do; else it is the highest.</param>
/// <param name="Find">Finds what was measured, and where; null when something that it needs was not.</param>
internal sealed record MemoryGoal(string What, double Limit, bool AtLeast, Func<MemoryMeasurements, (double Value, string Where)?> Find)
{
    public MemoryGoalResult Judge(MemoryMeasurements measurements)
    {
        (double Value, string Where)? found = Find(measurements);
        bool met = AtLeast ? found?.Value >= Limit : found?.Value <= Limit;
        return new MemoryGoalResult(this, found?.Value, found?.Where ?? "", found is null ? Verdict.NotMeasured : met ? Verdict.Met : Verdict.Missed);
    }
}

internal sealed record MemoryGoalResult(MemoryGoal Goal, double? Value, string Where, Verdict Verdict);

/// <summary>What BitSlab is to reach.</summary>
internal static class MemoryGoals
{
    private const double GiveBackSeconds = 10;

    public static IReadOnlyList<MemoryGoal> All { get; } =
    [
        new("returned 10 s after all was freed", 0.90, true, m => Returned(m, PhaseCatalog.FreeAll)),
        new("returned 10 s after another thread freed all of a sleeping thread's blocks", 0.90, true, m => Returned(m, ProducerPhase.PhaseName)),
        new("returned 10 s after a random 90 % was freed", 0.45, true, m => Returned(m, PhaseCatalog.FreeRandom)),
        new("peak of the traces, geometric mean, by that of the best C peer", 1.00, false, MeanOfTraces),
        new("peak of the worst trace by that of the best C peer there", 1.15, false, WorstTrace),
        new("time with give-back by time without, worst steady workload", 1.03, false, Cost),
    ];

    private static (double Value, string Where)? Returned(MemoryMeasurements m, string phase) =>
        m.Returned(phase, Static, GiveBackSeconds) is double share ? (share, phase) : null;

    private static (double Value, string Where)? MeanOfTraces(MemoryMeasurements m) =>
        m.BestPeerOfAll() is string peer && m.MeanPeak(Static) / m.MeanPeak(peer) is double ratio ? (ratio, peer) : null;

    private static (double Value, string Where)? WorstTrace(MemoryMeasurements m)
    {
        // One that is missing could be the worst.
        (double? Ratio, string Trace)[] ratios = [.. m.Traces.Select(trace => (m.PeakByBestPeer(trace), trace))];
        return ratios.Length == 0 || ratios.Any(pair => pair.Ratio is null)
            ? null
            : ratios.Select(pair => (pair.Ratio!.Value, $"{pair.Trace} ({m.BestPeer(pair.Trace)})")).MaxBy(pair => pair.Value);
    }

    private static (double Value, string Where)? Cost(MemoryMeasurements m)
    {
        // The rings' threads find their processors anew in each round: that moves them by more than what is judged.
        (double Value, string Where)[] costs = [.. m.CostWorkloads.Where(workload => !workload.StartsWith("ring/", StringComparison.Ordinal)).Select(workload => (m.Cost(workload), workload))];
        return costs.Length == 0 ? null : costs.MaxBy(cost => cost.Value);
    }
}
