using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>One of BitSlab's ways to call it, at something where others are faster.</summary>
/// <param name="Others">Those others with their ratios, all below 1; the fastest first.</param>
internal sealed record WorstCase(Measure Measure, string Contender, double Median, IReadOnlyList<(string Name, double Ratio)> Others)
{
    public double Ratio => Others[0].Ratio;
}

internal static class WorstCases
{
    /// <summary>Every loss of the run, the worst first.</summary>
    public static IReadOnlyList<WorstCase> Find(Measurements m) =>
    [
        .. from measure in m.Measures
           let contenders = m.ContendersOf([measure]).ToArray()
           from ours in contenders.Where(Contenders.IsBitSlab)
           let others = contenders
               .Where(Contenders.IsOther)
               .Select(other => (Name: other, Ratio: m.Ratio(measure, other, ours)!.Value))
               .Where(other => other.Ratio < 1)
               .OrderBy(other => other.Ratio)
               .ToArray()
           where others.Length > 0
           orderby others[0].Ratio
           select new WorstCase(measure, ours, m.Median(measure, ours)!.Value, others),
    ];
}
