using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Benchmarks.Reporting;

namespace BitSlab.Benchmarks.Memory;

/// <summary>Resident memory of a contender over its baseline, so long after the phase began. Rows equal to both neighbours are left out.</summary>
internal sealed record ResidentPoint(string Phase, string Contender, double Ms, long Bytes);

/// <summary>A moment of a phase; bytes and faults since it began, live bytes as requested.</summary>
internal sealed record MarkRow(string Phase, string Contender, string Mark, double Ms, long Bytes, long Live, long Faults);

/// <summary>A cycle of the sawtooth.</summary>
internal sealed record CycleRow(string Contender, int Cycle, int Events, double Ms, long Faults);

/// <summary>
/// A trace's most requested bytes live at a time, and its highest resident memory; beside it what the contender's first block made
/// resident before.
/// </summary>
internal sealed record TracePeak(string Trace, string Contender, int Round, long Live, long Peak, long StartUp);

/// <summary>A part of a start.</summary>
internal sealed record StartRow(string Setup, int Round, string Part, StartPart Figures)
{
    public const string Making = "making";
    public const string Filling = "filling";
}

/// <summary>A round of a workload, with give-back or without.</summary>
internal sealed record CostRow(string Workload, string Contender, int Round, double Nanoseconds)
{
    public const string GivingBack = "give-back";
    public const string Keeping = "kept";
}

/// <summary>The figures of <c>memory</c>, and the files that they stand in.</summary>
internal sealed class MemoryFiles
{
    /// <summary>In environment.csv: the events of a fill.</summary>
    public const string EventsFact = "events";

    private static readonly string[] s_points = ["phase", "contender", "ms", "bytes"];
    private static readonly string[] s_marks = ["phase", "contender", "mark", "ms", "bytes", "live", "faults"];
    private static readonly string[] s_cycles = ["contender", "cycle", "events", "ms", "faults"];
    private static readonly string[] s_traces = ["trace", "contender", "round", "live", "peak", "startup"];
    private static readonly string[] s_starts = ["setup", "round", "part", "ms", "faults", "bytes"];
    private static readonly string[] s_costs = ["workload", "contender", "round", "ns"];

    public List<ResidentPoint> Points { get; init; } = [];

    public List<MarkRow> Marks { get; init; } = [];

    public List<CycleRow> Cycles { get; init; } = [];

    public List<TracePeak> Traces { get; init; } = [];

    public List<StartRow> Starts { get; init; } = [];

    public List<CostRow> Costs { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; set; } = [];

    public static MemoryFiles Read(string directory)
    {
        string PathOf(string file) => Path.Combine(directory, file);
        return new MemoryFiles
        {
            Points = CsvTable.Read(
                PathOf("resident.csv"),
                s_points,
                row => new ResidentPoint(row.Text("phase"), row.Text("contender"), row.Time("ms"), row.Whole("bytes"))),
            Marks = CsvTable.Read(
                PathOf("marks.csv"),
                s_marks,
                row => new MarkRow(
                    row.Text("phase"), row.Text("contender"), row.Text("mark"), row.Time("ms"), row.Whole("bytes"), row.Whole("live"), row.Whole("faults"))),
            Cycles = CsvTable.Read(
                PathOf("cycles.csv"),
                s_cycles,
                row => new CycleRow(row.Text("contender"), row.Number("cycle"), row.Number("events"), row.Positive("ms"), row.Whole("faults"))),
            Traces = CsvTable.Read(
                PathOf("traces.csv"),
                s_traces,
                row => new TracePeak(
                    row.Text("trace"), row.Text("contender"), row.Number("round"), (long)row.Positive("live"), (long)row.Positive("peak"), row.Whole("startup"))),
            Starts = CsvTable.Read(
                PathOf("starts.csv"),
                s_starts,
                row => new StartRow(
                    row.Text("setup"), row.Number("round"), row.Text("part"), new StartPart(row.Time("ms"), row.Whole("faults"), row.Whole("bytes")))),
            Costs = CsvTable.Read(
                PathOf("costs.csv"),
                s_costs,
                row => new CostRow(row.Text("workload"), row.Text("contender"), row.Number("round"), row.Positive("ns"))),
            Environment = CsvTable.ReadEnvironment(directory),
        };
    }

    public void Write(string directory)
    {
        void Table(string file, string[] header, IEnumerable<object[]> rows) => CsvTable.Write(Path.Combine(directory, file), header, rows);
        Table("resident.csv", s_points, Points.Select(row => new object[] { row.Phase, row.Contender, row.Ms, row.Bytes }));
        Table("marks.csv", s_marks, Marks.Select(row => new object[] { row.Phase, row.Contender, row.Mark, row.Ms, row.Bytes, row.Live, row.Faults }));
        Table("cycles.csv", s_cycles, Cycles.Select(row => new object[] { row.Contender, row.Cycle, row.Events, row.Ms, row.Faults }));
        Table("traces.csv", s_traces, Traces.Select(row => new object[] { row.Trace, row.Contender, row.Round, row.Live, row.Peak, row.StartUp }));
        Table("starts.csv", s_starts, Starts.Select(row => new object[]
        {
            row.Setup, row.Round, row.Part, Math.Round(row.Figures.Milliseconds, 3), row.Figures.Faults, row.Figures.Bytes,
        }));
        Table("costs.csv", s_costs, Costs.Select(row => new object[] { row.Workload, row.Contender, row.Round, Math.Round(row.Nanoseconds, 4) }));
        CsvTable.WriteEnvironment(directory, Environment);
    }
}
