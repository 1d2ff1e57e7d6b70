using System;
using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Cli.Measuring;

/// <summary>Nanoseconds per operation over the rounds of one contender.</summary>
/// <param name="Minimum">The undisturbed run: what the code itself needs.</param>
/// <param name="Median">What a run needs as a rule on this machine.</param>
internal sealed record Timing(double Minimum, double Median)
{
    public static Timing Of(IReadOnlyCollection<TimeSpan> rounds, long operations)
    {
        double[] sorted = [.. rounds.Select(round => round.TotalNanoseconds / Math.Max(1, operations)).Order()];
        int middle = sorted.Length / 2;
        return new Timing(sorted[0], sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    public static double GeometricMean(IEnumerable<double> values)
    {
        double[] logarithms = [.. values.Select(value => Math.Log(value))];
        return Math.Exp(logarithms.Average());
    }
}
