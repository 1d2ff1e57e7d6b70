using System.CommandLine;
using System.IO;
using BitSlab.Cli.Commands;

namespace BitSlab.Benchmarks.Reporting;

/// <summary><c>report</c>: writes the report of figures that are there.</summary>
internal static class ReportCommand
{
    public static Command Create(CliHost host)
    {
        Argument<string> directory = new("directory")
        {
            Description = "The folder of results.csv, latency.csv and environment.csv.",
            DefaultValueFactory = _ => Path.Combine("docs", "benchmarks"),
        };
        Command command = new("report", "Writes the report of a run's figures beside them: targets, tables, plots, worst cases.")
        {
            directory,
        };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(directory);
            Report.Write(path);
            host.Out.WriteLine(Path.Combine(path, "README.md"));
            return ExitCode.Good;
        });
        return command;
    }
}
