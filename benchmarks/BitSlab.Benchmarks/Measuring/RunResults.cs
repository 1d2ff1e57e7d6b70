using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting;
using HdrHistogram;

namespace BitSlab.Benchmarks.Measuring;

/// <summary>What one round gave.</summary>
internal sealed record RoundValue(string Workload, string Contender, string Metric, int Round, double Value);

/// <summary>A point of a round's latency curve.</summary>
internal sealed record LatencyPoint(string Workload, string Contender, int Round, double Percentile, long Nanoseconds);

/// <summary>The figures of a run, every round of them, and the files they go to.</summary>
internal sealed class RunResults
{
    // Points of the curve each time the distance to 100 % halves: some 30 in all.
    private const int PointsPerHalving = 2;

    private static readonly (string Metric, double Percentile)[] s_percentiles =
        [("p50", 50), ("p99", 99), ("p99.9", 99.9), ("p99.99", 99.99), ("max", 100)];

    private readonly List<RoundValue> _values = [];
    private readonly List<LatencyPoint> _latencies = [];

    public IReadOnlyList<RoundValue> Values => _values;

    public void AddTime(Workload workload, string contender, int round, TimeSpan elapsed) =>
        _values.Add(new RoundValue(workload.Id, contender, workload.Metric, round, elapsed.TotalNanoseconds / workload.Operations));

    public void AddLatencies(Workload workload, string contender, int round, HistogramBase latencies)
    {
        foreach ((string metric, double percentile) in s_percentiles)
        {
            _values.Add(new RoundValue(workload.Id, contender, metric, round, latencies.GetValueAtPercentile(percentile)));
        }

        _latencies.AddRange(latencies.Percentiles(PointsPerHalving).Select(point =>
            new LatencyPoint(workload.Id, contender, round, point.PercentileLevelIteratedTo, point.ValueIteratedTo)));
    }

    public void Write(string directory, IEnumerable<KeyValuePair<string, string>> environment)
    {
        CsvTable.Write(
            Path.Combine(directory, "results.csv"),
            ["workload", "contender", "metric", "round", "value"],
            _values.Select(row => new object[] { row.Workload, row.Contender, row.Metric, row.Round, Math.Round(row.Value, 4) }));
        CsvTable.Write(
            Path.Combine(directory, "latency.csv"),
            ["workload", "contender", "round", "percentile", "ns"],
            _latencies.Select(row => new object[] { row.Workload, row.Contender, row.Round, Math.Round(row.Percentile, 6), row.Nanoseconds }));
        CsvTable.WriteEnvironment(directory, environment);
    }
}
