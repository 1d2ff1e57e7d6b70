using System.Collections.Generic;
using System.IO;

namespace BitSlab.Benchmarks.Reporting;

internal sealed record Figure(string Workload, string Contender, string Metric, int Round, double Value);

internal sealed record LatencyPoint(string Workload, string Contender, int Round, double Percentile, double Nanoseconds);

/// <summary>What a run left in its folder.</summary>
internal sealed record RunFiles(
    IReadOnlyList<Figure> Figures,
    IReadOnlyList<LatencyPoint> Latencies,
    IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    public static RunFiles Read(string directory) => new(
        CsvTable.Read(
            Path.Combine(directory, "results.csv"),
            ["workload", "contender", "metric", "round", "value"],
            row => new Figure(row.Text("workload"), row.Text("contender"), row.Text("metric"), row.Number("round"), row.Positive("value"))),
        CsvTable.Read(
            Path.Combine(directory, "latency.csv"),
            ["workload", "contender", "round", "percentile", "ns"],
            row => new LatencyPoint(
                row.Text("workload"), row.Text("contender"), row.Number("round"), row.Percent("percentile"), row.Positive("ns"))),
        CsvTable.ReadEnvironment(directory));
}
