using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>What a setup made of some work.</summary>
internal sealed record SizingRow(string Work, string Setup, SizingFigures Figures);

/// <summary>A round of a replay.</summary>
internal sealed record SizingTime(string Work, string Setup, int Round, double Nanoseconds);

/// <summary>The figures of <c>size-classes</c>, and the files that they stand in.</summary>
internal sealed record SizingFiles(
    IReadOnlyList<SizingRow> Rows, IReadOnlyList<SizingTime> Times, IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    private const string RowsFile = "waste.csv";
    private const string TimesFile = "times.csv";

    private static readonly string[] s_rows = ["work", "setup", "requests", "waste", "late", "atpeak", "live", "peak", "changes"];
    private static readonly string[] s_times = ["work", "setup", "round", "ns"];

    public static SizingFiles Read(string directory) => new(
        CsvTable.Read(Path.Combine(directory, RowsFile), s_rows, row => new SizingRow(row.Text("work"), row.Text("setup"), new SizingFigures(
            row.Whole("requests"), row.Time("waste"), row.Time("late"), row.Time("atpeak"), row.Whole("live"), row.Whole("peak"), row.Number("changes")))),
        CsvTable.Read(Path.Combine(directory, TimesFile), s_times, row => new SizingTime(
            row.Text("work"), row.Text("setup"), row.Number("round"), row.Positive("ns"))),
        CsvTable.ReadEnvironment(directory));

    public void Write(string directory)
    {
        CsvTable.Write(Path.Combine(directory, RowsFile), s_rows, Rows.Select(row => new object[]
        {
            row.Work, row.Setup, row.Figures.Requests, Math.Round(row.Figures.Waste, 4), Math.Round(row.Figures.LateWaste, 4),
            Math.Round(row.Figures.PeakWaste, 4), row.Figures.Live, row.Figures.Peak, row.Figures.Changes,
        }));
        CsvTable.Write(Path.Combine(directory, TimesFile), s_times, Times.Select(time => new object[]
        {
            time.Work, time.Setup, time.Round, Math.Round(time.Nanoseconds, 4),
        }));
        CsvTable.WriteEnvironment(directory, Environment);
    }
}
