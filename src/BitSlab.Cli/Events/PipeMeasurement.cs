using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Output;
using BitSlab.Cli.Queue;
using Spectre.Console;

namespace BitSlab.Cli.Events;

/// <summary>The part of <c>bitslab queue</c> that is about event queues: what an event costs from one end to the other.</summary>
internal static class PipeMeasurement
{
    /// <summary>What <see cref="Measure"/> reports.</summary>
    public static int Steps(QueueOptions options) =>
        options.Lengths.Count * ((PipeContender.All.Count * options.Rounds) + TimedRounds.WarmUpSteps(PipeContender.All.Count));

    public static IReadOnlyList<PipeReport> Measure(QueueOptions options, int[] sizes, Action advanced) =>
        [.. options.Lengths.Select(length => MeasureOne(options, sizes, length, advanced))];

    private static PipeReport MeasureOne(QueueOptions options, int[] sizes, int length, Action advanced)
    {
        SlabAllocatorOptions setup = options.Setup.ToOptions();
        using SlabAllocator allocator = new(setup);
        TimedPipe[] pipes =
            [.. PipeContender.All.Select(one => one.Create(sizes, options.MaxSize, length, options.Threads, allocator))];
        try
        {
            TimedRounds.WarmUp(pipes, advanced);
            Array.ForEach(pipes, pipe => pipe.ForgetGarbage());
            Timing[] timings = TimedRounds.Measure(pipes, options.Rounds, options.Events, advanced);
            long events = (long)options.Rounds * options.Events;
            return new PipeReport(
                string.Create(CultureInfo.InvariantCulture, $"event queue of {length:N0}"),
                length,
                [.. PipeContender.All.Select((one, i) => PipeRow.Of(one.Name, timings[i], timings[0], pipes[i].Garbage, events))],
                SeenReport.Of(pipes[0].Observe()!, setup));
        }
        finally
        {
            Array.ForEach(pipes, pipe => pipe.Dispose());
        }
    }

    public static void Print(CliHost host, QueueReport report)
    {
        Table table = Tables.Create(
            ["workload", "contender"],
            ["ns/event min", "median", "ratio", "of medians", "Gen0", "Gen1", "Gen2", "GC B/event"]);
        Table seen = Tables.Create(
            ["seen"],
            ["events", "average length", "mean B", "classes", "waste B/event", "classes fitted", "waste fitted"]);
        foreach (PipeReport queue in report.EventQueues)
        {
            foreach (PipeRow row in queue.Contenders)
            {
                table.AddCells(
                    ReferenceEquals(row, queue.Contenders[0]) ? queue.Workload : string.Empty,
                    row.Contender,
                    Format.Nanoseconds(row.NanosecondsMinimum),
                    Format.Nanoseconds(row.NanosecondsMedian),
                    Format.Ratio(row.RatioOfMinima),
                    Format.Ratio(row.RatioOfMedians),
                    Format.Count(row.Gen0),
                    Format.Count(row.Gen1),
                    Format.Count(row.Gen2),
                    Format.Bytes(row.GcBytesPerEvent));
            }

            seen.AddCells(
                queue.Workload,
                Format.Count(queue.Seen.Events),
                Format.Count((long)queue.Seen.AverageLength),
                Format.Bytes(queue.Seen.MeanSize),
                Format.Count(queue.Seen.Now.Classes),
                Format.FineBytes(queue.Seen.Now.WastePerEvent),
                Format.Count(queue.Seen.Fitted.Classes),
                Format.FineBytes(queue.Seen.Fitted.WastePerEvent));
        }

        string ends = report.Threads ? "A producer and a consumer at once" : "One thread";
        Tables.Print(
            host, table, $"{ends}; every event copied in. ratio: times as long as SlabEventQueue. Gen0 to Gen2: collections in all rounds.");
        host.Out.WriteLine();
        Tables.Print(
            host, seen, "What SlabEventQueue has seen, and how size classes fit that: those of now, and those of SlabAllocatorOptions.For.");
    }
}
