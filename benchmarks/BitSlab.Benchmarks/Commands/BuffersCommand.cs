using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Buffers;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;

namespace BitSlab.Benchmarks.Commands;

/// <summary><c>buffers</c>: measures buffers, pools, streams and writers, and writes the figures and their page.</summary>
internal static class BuffersCommand
{
    public const string Name = "buffers";

    private const int QuickHeld = 1_000;

    public static Command Create(CliHost host)
    {
        Option<int?> rounds = SharedOptions.Rounds(Effort.DefaultRounds);
        Option<bool> quick = new("--quick") { Description = "Short rounds, three of them: for a look." };
        Option<bool> reportOnly = new("--report-only") { Description = "Writes the page of the figures that are there." };
        Option<string> output = new("--output")
        {
            HelpName = "DIRECTORY",
            Description = $"Where the page and its figures go, in the folder {Name}.",
            DefaultValueFactory = _ => "docs",
        };
        Command command = new(Name, "Measures buffers, pools, streams and writers beside others, and writes the figures and their page.") { rounds, quick, reportOnly, output };
        command.SetAction(result =>
        {
            string folder = Directory.CreateDirectory(Path.Combine(result.GetRequiredValue(output), Name)).FullName;
            if (!result.GetValue(reportOnly))
            {
                bool isQuick = result.GetValue(quick);
                Effort effort = new(isQuick, result.GetValue(rounds) ?? (isQuick ? Effort.QuickRounds : Effort.DefaultRounds));
                Measure(host, effort, folder, [.. result.Tokens.Select(token => token.Value)]);
            }

            BufferPage.Write(folder);
            host.Out.WriteLine(Path.Combine(folder, BufferPage.PageName));
            return ExitCode.Good;
        });
        return command;
    }

    private static void Measure(CliHost host, Effort effort, string folder, string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BadInputException($"{Name}: resident memory is read from /proc, which only Linux has.");
        }

        IReadOnlyList<BufferWorkload> workloads = BufferWorkload.All(effort);
        List<BufferTime> times = [];
        List<HeldRow> held = [];
        ProgressBar.Run(host, Name, BufferRun.Steps(workloads, effort.Rounds), advanced =>
        {
            times.AddRange(BufferRun.Times(workloads, effort.Rounds, advanced));
            held.AddRange(BufferRun.Memory(effort.Quick ? QuickHeld : BufferRun.HeldAtOnce, advanced));
        });
        new BufferFiles(times, held, [.. MachineFacts.Of(SubjectCatalog.Load(["bitslab"], []), effort, arguments)]).Write(folder);
    }
}
