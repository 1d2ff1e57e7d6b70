using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using CsvHelper;
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
        WriteCsv(
            Path.Combine(directory, "results.csv"),
            ["workload", "contender", "metric", "round", "value"],
            _values.Select(row => new object[] { row.Workload, row.Contender, row.Metric, row.Round, Math.Round(row.Value, 4) }));
        WriteCsv(
            Path.Combine(directory, "latency.csv"),
            ["workload", "contender", "round", "percentile", "ns"],
            _latencies.Select(row => new object[] { row.Workload, row.Contender, row.Round, Math.Round(row.Percentile, 6), row.Nanoseconds }));
        WriteCsv(
            Path.Combine(directory, "environment.csv"), ["key", "value"], environment.Select(pair => new object[] { pair.Key, pair.Value }));
    }

    private static void WriteCsv(string path, string[] header, IEnumerable<object[]> rows)
    {
        using StreamWriter file = new(path) { NewLine = "\n" };
        using CsvWriter csv = new(file, new CsvHelper.Configuration.CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        foreach (object[] row in rows.Prepend(header))
        {
            foreach (object field in row)
            {
                csv.WriteField(field);
            }

            csv.NextRecord();
        }
    }
}
