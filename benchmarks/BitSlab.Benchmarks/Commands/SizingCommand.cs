using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Sizing;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Commands;

/// <summary><c>size-classes</c>: measures what size classes waste, and writes the figures and their page.</summary>
internal static class SizingCommand
{
    public const string Name = "size-classes";

    public static Command Create(CliHost host)
    {
        Option<string[]> traces = BenchmarkOptions.Traces();
        Option<int?> rounds = SharedOptions.Rounds(Effort.DefaultRounds);
        Option<int?> parallel = SharedOptions.Number("--parallel", "N", "Child processes at a time (default 1).", 1, 64);
        Option<bool> reportOnly = new("--report-only") { Description = "Writes the page of the figures that are there." };
        Option<string> output = new("--output")
        {
            HelpName = "DIRECTORY",
            Description = $"Where the page, its plots and its figures go, in the folder {Name}.",
            DefaultValueFactory = _ => "docs",
        };
        Command command = new(Name, "Measures what the blocks of size classes waste, and writes the figures and their page.")
        {
            traces, rounds, parallel, reportOnly, output,
        };
        command.SetAction(result =>
        {
            string folder = Directory.CreateDirectory(Path.Combine(result.GetRequiredValue(output), Name)).FullName;
            (Trace Trace, string? File)[] works =
            [
                .. BenchmarkOptions.ReadTraces(host, result.GetRequiredValue(traces)).Select(work => (work.Trace, (string?)work.File)),
                (SizingWork.Of(null), null),
            ];
            if (!result.GetValue(reportOnly))
            {
                Measure(host, works, result.GetValue(rounds) ?? Effort.DefaultRounds, result.GetValue(parallel) ?? 1, folder,
                    [.. result.Tokens.Select(token => token.Value)]);
            }

            SizingReport.Write(folder, [.. works.Select(work => work.Trace)]);
            host.Out.WriteLine(Path.Combine(folder, SizingReport.PageName));
            return ExitCode.Good;
        });
        return command;
    }

    private static void Measure(
        CliHost host, (Trace Trace, string? File)[] works, int rounds, int parallel, string folder, string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BadInputException($"{Name}: resident memory is read from /proc, which only Linux has.");
        }

        ProgressBar.Run(host, Name, SizingRun.Steps(works.Length, rounds), advanced =>
        {
            (var rows, var times) = SizingRun.Measure(works, rounds, parallel, advanced);
            Effort effort = new(Quick: false, rounds);
            new SizingFiles(rows, times, [.. MachineFacts.Of(SubjectCatalog.Load(["bitslab"], []), effort, arguments)]).Write(folder);
        });
    }
}
