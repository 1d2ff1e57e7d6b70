using System.CommandLine;
using BitSlab.Cli.Commands;

namespace BitSlab.Benchmarks.Reporting;

/// <summary><c>report</c>: draws the report of figures that are there.</summary>
internal static class ReportCommand
{
    public static Command Create(CliHost host) => new("report", "Writes the report of the figures in a folder.");
}
