using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Events;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Output;
using BitSlab.Traces;
using Spectre.Console;

namespace BitSlab.Cli.Queue;

/// <summary><c>bitslab queue</c>: times in this process, memory in child processes.</summary>
internal static class QueueMeasurement
{
    public static int Run(CliHost host, QueueOptions options)
    {
        int[] sizes = QueueSizes.Create(options.Events, options.MaxSize);
        BurstQueue burst = new(sizes);
        BurstWorkload<WrittenPayload> written = new("fill and clear, written", burst, options.Threads);
        QueueWorkload[] workloads =
        [
            new BurstWorkload<UntouchedPayload>("fill and clear, untouched", burst, options.Threads),
            written,
            .. options.Threads ? [] : options.Lengths.Select(length => new SteadyWorkload(sizes, length)),
        ];
        List<QueueRowReport> rows = [];
        IReadOnlyList<PipeReport> eventQueues = [];
        int contenders = options.Contenders.Count;
        int steps = (workloads.Length * ((contenders * options.Rounds) + TimedRounds.WarmUpSteps(contenders))) + contenders
            + PipeMeasurement.Steps(options);
        ProgressBar.Run(host, "queue", steps, advanced =>
        {
            MemoryFigures[] memory = [.. options.Contenders.Select(contender =>
            {
                MemoryFigures figures = MeasureMemory(options, contender);
                advanced(1);
                return figures;
            })];
            foreach (QueueWorkload workload in workloads)
            {
                Timing[] timings = Time(options, workload, () => advanced(1));
                rows.Add(new QueueRowReport(workload.Name, [.. options.Contenders.Select((contender, i) =>
                    ContenderReport.Of(contender.Name, timings[i], timings[0], workload == written ? memory[i] : null))]));
            }

            eventQueues = PipeMeasurement.Measure(options, sizes, () => advanced(1));
        });
        QueueReport report = new(
            FiguresJson.Machine(),
            options.Setup.ToString(),
            options.Threads,
            options.Rounds,
            options.Events,
            options.MaxSize,
            rows,
            eventQueues);
        Print(host, report);
        host.Out.WriteLine();
        PipeMeasurement.Print(host, report);
        FiguresJson.Write(options.Json, report, FiguresJson.Default.QueueReport);
        return ExitCode.Good;
    }

    private static MemoryFigures MeasureMemory(QueueOptions options, Contender contender) => ChildProcess.Measure(
    [
        "--events", options.Events.ToString(CultureInfo.InvariantCulture),
        "--max-size", options.MaxSize.ToString(CultureInfo.InvariantCulture),
        "--contender", contender.Name,
        .. options.Setup.Arguments,
    ]);

    private static Timing[] Time(QueueOptions options, QueueWorkload workload, System.Action advanced)
    {
        ITimedWork[] works = [.. options.Contenders.Select(workload.Create)];
        try
        {
            TimedRounds.WarmUp(works, advanced);
            return TimedRounds.Measure(works, options.Rounds, options.Events, advanced);
        }
        finally
        {
            foreach (ITimedWork work in works)
            {
                work.Dispose();
            }
        }
    }

    private static void Print(CliHost host, QueueReport report)
    {
        Table table = Tables.Create(
            ["workload", "contender"],
            ["ns/event min", "median", "ratio", "of medians", "peak MiB", "overhead B/event"]);
        foreach (QueueRowReport row in report.Workloads)
        {
            foreach (ContenderReport contender in row.Contenders)
            {
                table.AddCells(
                    ReferenceEquals(contender, row.Contenders[0]) ? row.Workload : string.Empty,
                    contender.Contender,
                    Format.Nanoseconds(contender.NanosecondsMinimum),
                    Format.Nanoseconds(contender.NanosecondsMedian),
                    Format.Ratio(contender.RatioOfMinima),
                    Format.Ratio(contender.RatioOfMedians),
                    contender.PeakResidentBytes is long peak ? Format.MiB(peak) : "-",
                    contender.OverheadPerBlock is double overhead ? Format.Bytes(overhead) : "-");
            }
        }

        Tables.Print(host, table, string.Create(CultureInfo.InvariantCulture,
            $"{report.Events:N0} events of 1 to {report.MaxSize - 1:N0} bytes, in and out. Preset {report.Preset}, {(report.Threads ? "two threads" : "one thread")}, rounds of each in turn: {report.Rounds}. ratio: times as long as BitSlab."));
    }
}
