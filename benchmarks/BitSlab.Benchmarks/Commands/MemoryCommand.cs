using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Memory;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Benchmarks.Memory.Reporting;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;

namespace BitSlab.Benchmarks.Commands;

/// <summary><c>memory</c>: measures resident memory over time, and writes the figures and their page.</summary>
internal static class MemoryCommand
{
    public const string Name = "memory";

    // Enough for a median of ratios that moves by less than the 3 % that are asked for.
    private const int CostRounds = 31;

    // What has no memory of its own, and ways to call BitSlab that differ in time only.
    private static readonly string[] s_others = ["bitslab-instance", "bitslab-handle", "arraypool", "gc"];

    public static Command Create(CliHost host)
    {
        Option<string[]> phases = BenchmarkOptions.List("--phases", "PATTERN,…", "What to measure, such as free-*,trace/*,start/*,cost/* (default: all).");
        Option<string[]> contenders = BenchmarkOptions.Contenders();
        Option<string[]> traces = BenchmarkOptions.Traces();
        Option<int?> idle = SharedOptions.Number(
            "--idle", "SECONDS", "Idle time after the last free (default: each phase's own, 15 or 30).", 0, 3_600);
        Option<int?> events = SharedOptions.Number(
            "--events", "N", string.Create(CultureInfo.InvariantCulture, $"Events of a fill (default {PhaseScale.DefaultEvents})."), 1_000, 100_000_000);
        Option<int?> parallel = SharedOptions.Number("--parallel", "N", "Child processes at a time (default 1).", 1, 64);
        Option<bool> quick = new("--quick") { Description = "Few events, one second of idle time: for a look." };
        Option<bool> reportOnly = new("--report-only") { Description = "Writes the page of the figures that are there." };
        Option<string> output = new("--output")
        {
            HelpName = "DIRECTORY",
            Description = $"Where {MemoryReport.PageName} and the folder of its figures go.",
            DefaultValueFactory = _ => "docs",
        };
        Command command = new(Name, "Measures the memory that stays resident, and writes the figures and their page.")
        {
            phases, contenders, traces, idle, events, parallel, quick, reportOnly, output,
        };
        command.SetAction(result =>
        {
            string directory = result.GetRequiredValue(output);
            if (!result.GetValue(reportOnly))
            {
                bool isQuick = result.GetValue(quick);
                Effort effort = new(isQuick, isQuick ? Effort.QuickRounds : CostRounds);
                MemoryOptions options = new(
                    Subjects(host, result.GetValue(contenders) ?? []),
                    BenchmarkOptions.Select(
                        "--phases",
                        MemoryWork.All(BenchmarkOptions.ReadTraces(host, result.GetRequiredValue(traces)), effort),
                        work => work.Name,
                        result.GetValue(phases) ?? []),
                    result.GetValue(events) ?? (isQuick ? PhaseScale.QuickEvents : PhaseScale.DefaultEvents),
                    result.GetValue(idle),
                    isQuick,
                    result.GetValue(parallel) ?? 1);
                Measure(host, options, effort, directory, [.. result.Tokens.Select(token => token.Value)]);
            }

            MemoryReport.Write(directory);
            host.Out.WriteLine(Path.Combine(directory, MemoryReport.PageName));
            return ExitCode.Good;
        });
        return command;
    }

    private static SubjectCatalog Subjects(CliHost host, string[] names)
    {
        SubjectCatalog catalog = SubjectCatalog.Load(names, []);
        BenchmarkOptions.TellSkipped(host, catalog);
        return names.FirstOrDefault(s_others.Contains) is string other
            ? throw new BadInputException($"--contenders: '{other}' takes no part in memory.")
            : catalog with { Subjects = [.. catalog.Subjects.Where(subject => !s_others.Contains(subject.Name))] };
    }

    private static void Measure(CliHost host, MemoryOptions options, Effort effort, string directory, IReadOnlyList<string> arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BadInputException("memory: resident memory is read from /proc, which only Linux has.");
        }

        string figures = Directory.CreateDirectory(Path.Combine(directory, MemoryReport.FolderName)).FullName;
        MemoryFiles files = new();
        ProgressBar.Run(host, "memory", MemoryRun.Steps(options, effort), advanced => files = MemoryRun.Measure(options, effort, advanced));
        files.Environment =
        [
            .. MachineFacts.Of(options.Catalog, effort, arguments),
            KeyValuePair.Create(MemoryFiles.EventsFact, options.Events.ToString(CultureInfo.InvariantCulture)),
        ];
        files.Write(figures);
    }
}
