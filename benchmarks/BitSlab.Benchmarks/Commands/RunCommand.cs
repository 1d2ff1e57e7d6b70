using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Peers;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Benchmarks.Workloads;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Commands;

/// <summary><c>run</c>: measures, and writes the figures and their report.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    public static Command Create(CliHost host)
    {
        Option<string[]> workloads = BenchmarkOptions.List("--workloads", "PATTERN,…", "Workloads whose names fit, such as pair/*,steady/1k (default: all).");
        Option<string[]> contenders = BenchmarkOptions.Contenders();
        Option<string[]> peers = new("--peer") { HelpName = "NAME=PATH", Description = "A shared library of one's own, as a contender of that name." };
        Option<string[]> traces = BenchmarkOptions.Traces();
        Option<int?> rounds = SharedOptions.Rounds(Effort.DefaultRounds);
        Option<bool> quick = new("--quick") { Description = $"Short rounds, and {Effort.QuickRounds} of them: for a look." };
        Option<string> output = new("--output")
        {
            HelpName = "DIRECTORY",
            Description = "Where the figures and their report go.",
            DefaultValueFactory = _ => Path.Combine("docs", "benchmarks"),
        };
        Command command = new(Name, "Measures all contenders at all workloads and writes the figures and their report.")
        {
            workloads, contenders, peers, traces, rounds, quick, output,
        };
        command.SetAction(result =>
        {
            string[] names = result.GetValue(contenders) ?? [];
            PeerLibrary[] ownPeers = [.. (result.GetValue(peers) ?? []).Select(OwnPeer)];
            bool isQuick = result.GetValue(quick);
            Effort effort = new(isQuick, result.GetValue(rounds) ?? (isQuick ? Effort.QuickRounds : Effort.DefaultRounds));
            SubjectCatalog catalog = SubjectCatalog.Load(names, ownPeers);
            string[] arguments = [.. result.Tokens.Select(token => token.Value)];
            return Run(host, effort, catalog, BenchmarkOptions.ReadTraces(host, result.GetRequiredValue(traces)), result.GetValue(workloads) ?? [], result.GetRequiredValue(output), arguments);
        });
        return command;
    }

    private static int Run(
        CliHost host, Effort effort, SubjectCatalog catalog, IReadOnlyList<(Trace Trace, string File)> traces, string[] patterns, string output, string[] arguments)
    {
        BenchmarkOptions.TellSkipped(host, catalog);
        IReadOnlyList<Workload> workloads = WorkloadCatalog.Select(effort, [.. traces.Select(trace => trace.Trace)], patterns);
        Directory.CreateDirectory(output);
        RunResults results = new();
        ProgressBar.Run(host, "benchmarks", workloads.Count * effort.Rounds, advanced =>
            results = BenchmarkRun.Measure(workloads, catalog.Subjects, effort.Rounds, advanced));
        if (results.Values.Count == 0)
        {
            throw new BadInputException("none of the contenders takes part in any of the workloads.");
        }

        results.Write(output, MachineFacts.Of(catalog, effort, arguments));
        ResultTable.Print(host, results.Values);
        Report.Write(output);
        host.Out.WriteLine($"The figures and their report are in {output}.");
        return ExitCode.Good;
    }

    private static PeerLibrary OwnPeer(string argument)
    {
        string[] parts = argument.Split('=', 2, StringSplitOptions.TrimEntries);
        if (parts is not [{ Length: > 0 } name, { Length: > 0 } path] || name.Contains(',', StringComparison.Ordinal))
        {
            throw new BadInputException($"--peer must be NAME=PATH, not '{argument}'.");
        }

        return File.Exists(path) ? new PeerLibrary(name, Path.GetFullPath(path)) : throw new BadInputException($"--peer: {name}: {path}: no such file");
    }
}
