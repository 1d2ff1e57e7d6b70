using System;
using System.Collections.Generic;
using System.Linq;
using MathNet.Numerics.Statistics;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>One thing that was measured of each contender. Lower is better, whatever the metric.</summary>
internal readonly record struct Measure(string Workload, string Metric = Measure.Time)
{
    public const string Time = "ns/op";

    public override string ToString() => Metric == Time ? Workload : $"{Workload}, {Metric}";
}

/// <summary>A run's figures, summed up over its rounds.</summary>
internal sealed class Measurements
{
    private readonly Dictionary<(Measure Measure, string Contender), double[]> _rounds;

    public Measurements(IEnumerable<Figure> figures)
    {
        _rounds = figures
            .GroupBy(figure => (new Measure(figure.Workload, figure.Metric), figure.Contender), figure => figure.Value)
            .ToDictionary(group => group.Key, group => group.ToArray());
        Measures = [.. _rounds.Keys.Select(key => key.Measure).Distinct()];
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<Measure> Measures { get; }

    public IEnumerable<string> ContendersOf(IEnumerable<Measure> measures) =>
        Contenders.InOrder(_rounds.Keys.Where(key => measures.Contains(key.Measure)).Select(key => key.Contender));

    public IEnumerable<Measure> TimesOf(string workloadPrefix) =>
        Measures.Where(measure => measure.Metric == Measure.Time && measure.Workload.StartsWith(workloadPrefix, StringComparison.Ordinal));

    /// <summary>Of these, what BitSlab took part in, in time per operation: what ratios can be averaged over.</summary>
    public IReadOnlyList<Measure> Comparable(IEnumerable<Measure> measures) =>
        [.. measures.Where(measure => measure.Metric == Measure.Time && Median(measure, Contenders.Static) is not null)];

    public double? Median(Measure measure, string contender) =>
        _rounds.TryGetValue((measure, contender), out double[]? rounds) ? rounds.Median() : null;

    public double? Minimum(Measure measure, string contender) =>
        _rounds.TryGetValue((measure, contender), out double[]? rounds) ? rounds.Minimum() : null;

    /// <summary>The other's median by ours: above 1 we are faster.</summary>
    public double? Ratio(Measure measure, string other, string ours) => Median(measure, other) / Median(measure, ours);

    /// <summary>The geometric mean of the ratios; null unless both were measured at all of it.</summary>
    public double? Ratio(IReadOnlyCollection<Measure> measures, string other, string ours)
    {
        double[] ratios = [.. measures.Select(measure => Ratio(measure, other, ours)).OfType<double>()];
        return ratios.Length == measures.Count && ratios.Length > 0 ? ratios.GeometricMean() : null;
    }

    /// <summary>The C peer that is fastest by geometric mean, of those that were measured at all of it.</summary>
    public string? BestPeer(IReadOnlyCollection<Measure> measures) => ContendersOf(measures)
        .Where(name => Contenders.IsPeer(name) && measures.All(measure => Median(measure, name) is not null))
        .MinBy(name => measures.Select(measure => Median(measure, name)!.Value).GeometricMean());
}
