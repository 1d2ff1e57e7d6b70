using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Output;
using BitSlab.Traces;

namespace BitSlab.Cli.Replay;

/// <summary><c>bitslab replay</c>: times in this process, memory in child processes.</summary>
internal static class ReplayMeasurement
{
    public static int Run(CliHost host, ReplayOptions options)
    {
        List<Trace> traces = TraceLoading.LoadAll(host, options.Files);
        List<Timing[]> timings = Time(host, options, traces);
        List<MemoryFigures[]> memory = MeasureMemory(host, options);
        List<TraceReport> reports = [];
        for (int i = 0; i < traces.Count; i++)
        {
            reports.Add(Report(options, traces[i], options.Files[i], timings[i], memory[i]));
        }

        ReplayReport report = new(
            FiguresJson.Machine(), options.Setup.ToString(), options.Threads, options.Rounds, reports, GeometricMeans(options, reports));
        ReplayTable.Print(host, report);
        FiguresJson.Write(options.Json, report, FiguresJson.Default.ReplayReport);
        return ExitCode.Good;
    }

    private static List<Timing[]> Time(CliHost host, ReplayOptions options, List<Trace> traces)
    {
        List<ITimedWork[]> works = [];
        List<Timing[]> timings = [];
        try
        {
            foreach (Trace trace in traces)
            {
                works.Add([.. options.Contenders.Select(new TimedReplayFactory(trace, options.Threads).Create)]);
            }

            ITimedWork[] all = [.. works.SelectMany(work => work)];
            ProgressBar.Run(host, "timing", TimedRounds.WarmUpSteps(all.Length) + ((double)all.Length * options.Rounds), advanced =>
            {
                TimedRounds.WarmUp(all, () => advanced(1));
                foreach ((ITimedWork[] work, Trace trace) in works.Zip(traces))
                {
                    timings.Add(TimedRounds.Measure(work, options.Rounds, trace.Events.Length, () => advanced(1)));
                }
            });
        }
        finally
        {
            foreach (ITimedWork work in works.SelectMany(work => work))
            {
                work.Dispose();
            }
        }

        return timings;
    }

    private static List<MemoryFigures[]> MeasureMemory(CliHost host, ReplayOptions options)
    {
        List<MemoryFigures[]> memory = [];
        ProgressBar.Run(host, "memory", options.Files.Count * options.Contenders.Count, advanced =>
        {
            foreach (string file in options.Files)
            {
                memory.Add([.. options.Contenders.Select(contender =>
                {
                    List<string> arguments =
                        ["--trace", Path.GetFullPath(file), "--contender", contender.Name, .. options.Setup.Arguments];
                    if (options.Threads)
                    {
                        arguments.Add("--threads");
                    }

                    MemoryFigures figures = ChildProcess.Measure(arguments);
                    advanced(1);
                    return figures;
                })]);
            }
        });
        return memory;
    }

    private static TraceReport Report(ReplayOptions options, Trace trace, string file, Timing[] timings, MemoryFigures[] memory) => new(
        trace.Name,
        file,
        trace.Events.Length,
        trace.ThreadCount,
        trace.Summary.ObjectCount,
        trace.Summary.PeakLiveBytes,
        trace.Summary.PeakLiveBlocks,
        [.. options.Contenders.Select((contender, i) => ContenderReport.Of(contender.Name, timings[i], timings[0], memory[i]))]);

    private static List<GeometricMeanReport> GeometricMeans(ReplayOptions options, List<TraceReport> reports)
    {
        List<GeometricMeanReport> means = [];
        for (int i = 0; i < options.Contenders.Count; i++)
        {
            ContenderReport[] column = [.. reports.Select(report => report.Contenders[i])];
            means.Add(new GeometricMeanReport(
                options.Contenders[i].Name,
                Timing.GeometricMean(column.Select(row => row.NanosecondsMinimum)),
                Timing.GeometricMean(column.Select(row => row.NanosecondsMedian)),
                Timing.GeometricMean(column.Select(row => row.RatioOfMinima)),
                Timing.GeometricMean(column.Select(row => row.RatioOfMedians))));
        }

        return means;
    }
}
