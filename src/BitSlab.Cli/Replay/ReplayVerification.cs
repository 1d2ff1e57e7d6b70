using System.Collections.Generic;
using System.Linq;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;
using BitSlab.Traces;
using Spectre.Console;

namespace BitSlab.Cli.Replay;

/// <summary><c>bitslab replay --verify</c>.</summary>
internal static class ReplayVerification
{
    public static int Run(CliHost host, ReplayOptions options)
    {
        List<Trace> traces = TraceLoading.LoadAll(host, options.Files);
        List<VerifiedTraceReport> results = [];
        long total = traces.Sum(trace => (long)trace.Events.Length) * options.Contenders.Count;
        ProgressBar.Run(host, "verifying", total, advanced =>
        {
            foreach ((Trace trace, string file) in traces.Zip(options.Files))
            {
                foreach (Contender contender in options.Contenders)
                {
                    string? fault = null;
                    try
                    {
                        if (options.Threads)
                        {
                            ThreadedVerifyingReplay.Run(trace, contender, advanced, options.Trims);
                        }
                        else
                        {
                            VerifyingReplay.Run(trace, contender, advanced, options.Trims);
                        }
                    }
                    catch (VerificationException caught)
                    {
                        // Said at once: a damaged allocator may take the process down before the table is printed.
                        fault = caught.Message;
                        host.Fail($"{file}: {contender.Name}: {fault}");
                    }

                    results.Add(new VerifiedTraceReport(trace.Name, file, contender.Name, trace.Events.Length, fault));
                }
            }
        });
        Print(host, options, traces, results);
        FiguresJson.Write(
            options.Json,
            new VerificationReport(FiguresJson.Machine(), options.Setup.ToString(), options.Threads, results),
            FiguresJson.Default.VerificationReport);
        return results.Any(result => result.Fault is not null) ? ExitCode.FoundDamage : ExitCode.Good;
    }

    private static void Print(CliHost host, ReplayOptions options, List<Trace> traces, List<VerifiedTraceReport> results)
    {
        Table table = Tables.Create(["trace", "contender", "result"], ["events", "threads", "objects", "peak live MiB"]);
        foreach ((VerifiedTraceReport result, int index) in results.Select((result, index) => (result, index)))
        {
            Trace trace = traces[index / options.Contenders.Count];
            table.AddCells(
                result.Trace,
                result.Contender,
                result.Fault is null ? "good" : "DAMAGED",
                Format.Count(result.Events),
                options.Threads ? Format.Count(trace.ThreadCount) : "1",
                Format.Count(trace.Summary.ObjectCount),
                Format.MiB((long)trace.Summary.PeakLiveBytes));
        }

        Tables.Print(host, table, string.Empty);
    }
}
