using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;

namespace BitSlab.Benchmarks.Events;

/// <summary>A round of throughput.</summary>
internal sealed record ThroughputRow(string Shape, string Contender, int Round, ThroughputFigures Figures);

/// <summary>A round with a backlog.</summary>
internal sealed record FlightRow(string Contender, int Round, FlightFigures Figures);

/// <summary>Measures: throughput in turn in this process, backlogs in child processes.</summary>
internal static class EventRun
{
    public const int FlightRounds = 3;

    public static IReadOnlyList<PipeShape> Shapes { get; } =
    [
        .. from ends in ((int Producers, int Consumers)[])[(1, 1), (4, 1), (1, 4), (4, 4)]
           from capacity in (int?[])[null, 1_024, 65_536]
           select new PipeShape(ends.Producers, ends.Consumers, capacity),
    ];

    // Batches differ at a consumer that has nothing else to do; a channel of blocks is about throughput.
    public static IReadOnlyList<EventContender> Flying { get; } =
        [.. EventContender.All.Where(contender => contender.Name != SlabBatchPipe.Name && contender.Name != SlabBlocks.Name)];

    public static int Steps(int rounds, int flights) => ((rounds + 1) * Shapes.Count * EventContender.All.Count) + (flights * Flying.Count);

    public static IEnumerable<ThroughputRow> Throughput(int events, int rounds, Action<int> advanced)
    {
        foreach (PipeShape shape in Shapes)
        {
            // The first round compiles, and is not counted.
            for (int round = 0; round <= rounds; round++)
            {
                foreach (EventContender contender in EventContender.All)
                {
                    ThroughputFigures figures = contender.Run(shape, events);
                    advanced(1);
                    if (round > 0)
                    {
                        yield return new ThroughputRow(shape.Name, contender.Name, round, figures);
                    }
                }
            }
        }
    }

    public static IEnumerable<FlightRow> Flights(FlightPlan plan, int rounds, Action<int> advanced)
    {
        for (int round = 1; round <= rounds; round++)
        {
            foreach (EventContender contender in Flying)
            {
                PhaseReport report = PhaseProcess.Measure(
                    [
                        "--flight", contender.Name, "--events", Text(plan.InFlight), "--rate", Text(plan.PerSecond), "--warm-up", Text(plan.WarmUpSeconds),
                        "--seconds", Text(plan.Seconds),
                    ],
                    hasConcurrentCollector: true).Report;
                advanced(1);
                yield return new FlightRow(contender.Name, round, report.Flight!);
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
