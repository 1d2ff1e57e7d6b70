using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Events;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;

namespace BitSlab.Benchmarks.Commands;

/// <summary><c>events</c>: measures queues of events, and writes the figures and their page.</summary>
internal static class EventsCommand
{
    public const string Name = "events";

    private const int DefaultRounds = 7;
    private const int DefaultEvents = 1_000_000;
    private const int QuickEvents = 20_000;

    public static Command Create(CliHost host)
    {
        Option<int?> rounds = SharedOptions.Rounds(DefaultRounds);
        Option<bool> quick = new("--quick") { Description = "Few events, one round: for a look." };
        Option<bool> reportOnly = new("--report-only") { Description = "Writes the page of the figures that are there." };
        Option<string> output = new("--output")
        {
            HelpName = "DIRECTORY",
            Description = $"Where the page, its plot and its figures go, in the folder {Name}.",
            DefaultValueFactory = _ => "docs",
        };
        Command command = new(Name, "Measures queues of events beside channels, and writes the figures and their page.") { rounds, quick, reportOnly, output };
        command.SetAction(result =>
        {
            string folder = Directory.CreateDirectory(Path.Combine(result.GetRequiredValue(output), Name)).FullName;
            if (!result.GetValue(reportOnly))
            {
                bool isQuick = result.GetValue(quick);
                Measure(host, new Effort(isQuick, isQuick ? 1 : result.GetValue(rounds) ?? DefaultRounds), folder, [.. result.Tokens.Select(token => token.Value)]);
            }

            EventPage.Write(folder);
            host.Out.WriteLine(Path.Combine(folder, EventPage.PageName));
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

        FlightPlan plan = effort.Quick ? new(10_000, 20_000, 0, 1) : new(1_000_000, 100_000, 5, 10);
        int flights = effort.Quick ? 1 : EventRun.FlightRounds;
        List<ThroughputRow> throughput = [];
        List<FlightRow> flown = [];
        ProgressBar.Run(host, Name, EventRun.Steps(effort.Rounds, flights), advanced =>
        {
            throughput.AddRange(EventRun.Throughput(effort.Quick ? QuickEvents : DefaultEvents, effort.Rounds, advanced));
            flown.AddRange(EventRun.Flights(plan, flights, advanced));
        });
        new EventFiles(throughput, flown, [.. MachineFacts.Of(SubjectCatalog.Load(["bitslab"], []), effort, arguments)]).Write(folder);
    }
}
