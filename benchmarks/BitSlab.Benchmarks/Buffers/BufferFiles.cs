using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>The figures of <c>buffers</c>, and the files that they stand in.</summary>
internal sealed record BufferFiles(
    IReadOnlyList<BufferTime> Times, IReadOnlyList<HeldRow> Memory, IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    private const string TimeFile = "times.csv";
    private const string MemoryFile = "memory.csv";

    private static readonly string[] s_times = ["work", "contender", "round", "ns", "gcbytes"];
    private static readonly string[] s_memory = ["work", "contender", "payload", "resident"];

    public static BufferFiles Read(string directory) => new(
        CsvTable.Read(Path.Combine(directory, TimeFile), s_times, row => new BufferTime(
            row.Text("work"), row.Text("contender"), row.Number("round"), row.Positive("ns"), row.Time("gcbytes"))),
        CsvTable.Read(Path.Combine(directory, MemoryFile), s_memory, row => new HeldRow(
            row.Text("work"), row.Text("contender"), new HeldFigures((long)row.Positive("payload"), row.Whole("resident")))),
        CsvTable.ReadEnvironment(directory));

    public void Write(string directory)
    {
        CsvTable.Write(Path.Combine(directory, TimeFile), s_times, Times.Select(row => new object[]
        {
            row.Work, row.Contender, row.Round, Math.Round(row.Nanoseconds, 3), Math.Round(row.GcBytes, 3),
        }));
        CsvTable.Write(Path.Combine(directory, MemoryFile), s_memory, Memory.Select(row => new object[]
        {
            row.Work, row.Contender, row.Figures.Payload, row.Figures.Resident,
        }));
        CsvTable.WriteEnvironment(directory, Environment);
    }
}
