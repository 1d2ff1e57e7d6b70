using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>How the targets are measured. A finding is null when something that it needs was not measured.</summary>
internal static class Comparison
{
    /// <summary>Stands for the C peer that is the fastest at the work in question.</summary>
    public const string BestPeer = "the best C peer";

    public static Finding? At(this Measurements m, string workload, string other, string ours) =>
        m.Mean([new Measure(workload)], other, ours);

    /// <summary>The geometric mean over all workloads of a prefix.</summary>
    public static Finding? MeanOf(this Measurements m, string prefix, string other, string ours) =>
        m.Mean([.. m.TimesOf(prefix)], other, ours);

    /// <summary>The smallest ratio over all workloads of some prefixes; the best peer is that of each.</summary>
    public static Finding? WorstOf(this Measurements m, string[] prefixes, string other, string ours)
    {
        Measure[][] groups = [.. prefixes.Select(prefix => m.TimesOf(prefix).ToArray())];
        Finding?[] findings =
        [
            .. groups.SelectMany(group => group).Select(measure => m.At(measure.Workload, other, ours) is { } finding
                ? finding with { Workload = measure.Workload }
                : null),
        ];

        // One that is missing could be the worst.
        return groups.Any(group => group.Length == 0) || findings.Contains(null) ? null : findings.MinBy(finding => finding!.Ratio);
    }

    /// <summary>The smallest figure of all rounds, instead of medians.</summary>
    public static Finding? BestRoundAt(this Measurements m, Measure measure, string other, string ours) =>
        m.Minimum(measure, other) / m.Minimum(measure, ours) is { } ratio ? new Finding(ratio, other) : null;

    /// <summary>One contender's time at one thing by its time at another.</summary>
    public static Finding? Between(this Measurements m, Measure slow, Measure fast, string contender) =>
        m.Median(slow, contender) / m.Median(fast, contender) is { } ratio ? new Finding(ratio, contender) : null;

    /// <summary>How much of its speed each of two threads keeps, as a part of what it keeps in a loop that only computes.</summary>
    public static Finding? ScalingToTwo(this Measurements m, string contender)
    {
        Finding? ours = m.Between(new("scaling/private-1"), new("scaling/private-2"), contender);
        Finding? machine = m.Between(new("scaling/compute-1"), new("scaling/compute-2"), Contenders.Compute);
        return ours?.Ratio / machine?.Ratio is { } ratio ? new Finding(ratio, Contenders.Compute) : null;
    }

    private static Finding? Mean(this Measurements m, IReadOnlyCollection<Measure> measures, string other, string ours)
    {
        string? name = other == BestPeer ? m.BestPeer(measures) : other;
        return name is not null && m.Ratio(measures, name, ours) is { } ratio ? new Finding(ratio, name) : null;
    }
}
