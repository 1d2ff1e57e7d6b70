using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting;

namespace BitSlab.Benchmarks.Events;

/// <summary>The figures of <c>events</c>, and the files that they stand in.</summary>
internal sealed record EventFiles(
    IReadOnlyList<ThroughputRow> Throughput, IReadOnlyList<FlightRow> Flights, IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    private const string ThroughputFile = "throughput.csv";
    private const string FlightFile = "flight.csv";
    private const string LatencyFile = "latency.csv";

    private static readonly string[] s_throughput = ["shape", "contender", "round", "ns", "gen0", "gen1", "gen2", "gcbytes"];

    private static readonly string[] s_flight =
        ["contender", "round", "gen0", "gen1", "gen2", "gcbytes", "pauses", "stall", "resident", "peak", "payload"];

    private static readonly string[] s_latency = ["contender", "round", "percentile", "ns"];

    public static EventFiles Read(string directory)
    {
        List<(string Contender, int Round, double Percentile, double Nanoseconds)> latencies = CsvTable.Read(
            Path.Combine(directory, LatencyFile), s_latency, row => (row.Text("contender"), row.Number("round"), row.Percent("percentile"), row.Positive("ns")));
        return new EventFiles(
            CsvTable.Read(Path.Combine(directory, ThroughputFile), s_throughput, row => new ThroughputRow(
                row.Text("shape"), row.Text("contender"), row.Number("round"), new ThroughputFigures(
                    row.Positive("ns"), row.Number("gen0"), row.Number("gen1"), row.Number("gen2"), row.Time("gcbytes")))),
            CsvTable.Read(Path.Combine(directory, FlightFile), s_flight, row => new FlightRow(row.Text("contender"), row.Number("round"), new FlightFigures
            {
                Latency = latencies.Where(point => point.Contender == row.Text("contender") && point.Round == row.Number("round"))
                    .ToDictionary(point => point.Percentile, point => point.Nanoseconds),
                Gen0 = row.Number("gen0"),
                Gen1 = row.Number("gen1"),
                Gen2 = row.Number("gen2"),
                GcBytes = row.Time("gcbytes"),
                GcPauses = row.Time("pauses"),
                LongestStall = row.Time("stall"),
                Resident = row.Whole("resident"),
                Peak = row.Whole("peak"),
                PayloadBytes = row.Whole("payload"),
            })),
            CsvTable.ReadEnvironment(directory));
    }

    public void Write(string directory)
    {
        CsvTable.Write(Path.Combine(directory, ThroughputFile), s_throughput, Throughput.Select(row => new object[]
        {
            row.Shape, row.Contender, row.Round, Math.Round(row.Figures.Nanoseconds, 2), row.Figures.Gen0, row.Figures.Gen1, row.Figures.Gen2,
            Math.Round(row.Figures.GcBytes, 3),
        }));
        CsvTable.Write(Path.Combine(directory, FlightFile), s_flight, Flights.Select(row => new object[]
        {
            row.Contender, row.Round, row.Figures.Gen0, row.Figures.Gen1, row.Figures.Gen2, Math.Round(row.Figures.GcBytes, 3), row.Figures.GcPauses,
            Math.Round(row.Figures.LongestStall), row.Figures.Resident, row.Figures.Peak, row.Figures.PayloadBytes,
        }));
        CsvTable.Write(Path.Combine(directory, LatencyFile), s_latency, Flights.SelectMany(row => row.Figures.Latency.Select(point => new object[]
        {
            row.Contender, row.Round, point.Key, point.Value,
        })));
        CsvTable.WriteEnvironment(directory, Environment);
    }
}
