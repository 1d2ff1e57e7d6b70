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
using BitSlab.Cli.Replay;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Commands;

/// <summary><c>run</c>: measures, and writes the figures and their report.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    private const string TraceEnding = ".trace.gz";

    public static Command Create(CliHost host)
    {
        Option<string[]> workloads = List("--workloads", "PATTERN,…", "Workloads whose names fit, such as pair/*,steady/1k (default: all).");
        Option<string[]> contenders = List("--contenders", "NAME,…", "Contenders (default: all that are there).");
        Option<string[]> peers = new("--peer") { HelpName = "NAME=PATH", Description = "A shared library of one's own, as a contender of that name." };
        Option<string[]> traces = new("--traces")
        {
            HelpName = "PATH…",
            Description = $"Traces, or folders of them (*{TraceEnding}).",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["traces"],
        };
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
            return Run(host, effort, catalog, TraceFiles(result.GetRequiredValue(traces)), result.GetValue(workloads) ?? [], result.GetRequiredValue(output), arguments);
        });
        return command;
    }

    private static int Run(
        CliHost host, Effort effort, SubjectCatalog catalog, IReadOnlyList<string> traceFiles, string[] patterns, string output, string[] arguments)
    {
        foreach (SkippedPeer skipped in catalog.Skipped)
        {
            host.Error.WriteLine($"skipped {skipped.Name}: {skipped.Reason}");
        }

        List<Trace> traces = TraceLoading.LoadAll(host, traceFiles);
        if (traces.CountBy(trace => trace.Name).FirstOrDefault(pair => pair.Value > 1).Key is string twice)
        {
            throw new BadInputException($"--traces: two traces are called {twice}.");
        }

        IReadOnlyList<Workload> workloads = WorkloadCatalog.Select(effort, traces, patterns);
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

    private static Option<string[]> List(string name, string help, string description) => new(name)
    {
        HelpName = help,
        Description = description,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()],
    };

    private static PeerLibrary OwnPeer(string argument)
    {
        string[] parts = argument.Split('=', 2, StringSplitOptions.TrimEntries);
        if (parts is not [{ Length: > 0 } name, { Length: > 0 } path] || name.Contains(',', StringComparison.Ordinal))
        {
            throw new BadInputException($"--peer must be NAME=PATH, not '{argument}'.");
        }

        return File.Exists(path) ? new PeerLibrary(name, Path.GetFullPath(path)) : throw new BadInputException($"--peer: {name}: {path}: no such file");
    }

    private static List<string> TraceFiles(IEnumerable<string> paths)
    {
        List<string> files = [];
        foreach (string path in paths)
        {
            if (!Directory.Exists(path))
            {
                files.Add(File.Exists(path) ? path : throw new BadInputException($"--traces: {path}: no such file or folder"));
                continue;
            }

            string[] found = Directory.GetFiles(path, "*" + TraceEnding);
            Array.Sort(found, StringComparer.Ordinal);
            files.AddRange(found.Length > 0 ? found : throw new BadInputException($"--traces: {path}: no *{TraceEnding} in this folder"));
        }

        return files;
    }
}
