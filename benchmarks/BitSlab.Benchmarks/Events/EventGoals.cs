using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Events;
using MathNet.Numerics.Statistics;

namespace BitSlab.Benchmarks.Events;

/// <summary>What the queue is to reach.</summary>
internal static class EventGoals
{
    private const string Queue = "SlabEventQueue";
    private static readonly string s_new = NewArrays.Name;
    private static readonly string s_pooled = PooledArrays.Name;

    public static IReadOnlyList<Goal<EventFiles>> All { get; } =
    [
        .. Throughputs("1:1", s_new, 2),
        .. Throughputs("1:1", s_pooled, 1.5),
        .. Throughputs("4:1", s_new, 1.5),
        .. Throughputs("4:1", s_pooled, 1.2),
        new("a million in flight: Gen1 and Gen2 collections", 0, false, files => Of(files, Queue, f => f.Gen1 + f.Gen2)),
        new("latency at 99.9 % by that of " + s_new, 0.1, false, files => Ratio(files, s_new, f => f.Latency[99.9])),
        new("time stopped by the collector by that of " + s_new, 0.1, false, files => Ratio(files, s_new, f => f.GcPauses)),
        new("resident at the peak by that of " + s_pooled, 0.8, false, files => Ratio(files, s_pooled, f => f.Peak)),
        new("bytes on the GC heap per event, waits included", 1, false, files => Of(files, Queue, f => f.GcBytes)),
    ];

    private static IEnumerable<Goal<EventFiles>> Throughputs(string ends, string other, double limit) =>
        from shape in EventRun.Shapes
        where shape.Name.StartsWith(ends + ",", StringComparison.Ordinal)
        select new Goal<EventFiles>($"{shape.Name}: throughput by that of {other}", limit, true, files => Speed(files, shape.Name, other));

    /// <summary>How many times as fast the queue is, as the median of the rounds' ratios.</summary>
    public static double? Speed(EventFiles files, string shape, string other)
    {
        double[] ratios =
        [
            .. from row in files.Throughput
               where row.Shape == shape && row.Contender == other
               from own in files.Throughput
               where own.Shape == shape && own.Contender == Queue && own.Round == row.Round
               select row.Figures.Nanoseconds / own.Figures.Nanoseconds,
        ];
        return ratios.Length == 0 ? null : ratios.Median();
    }

    private static double? Ratio(EventFiles files, string other, Func<FlightFigures, double> figure) =>
        Of(files, Queue, figure) / Of(files, other, figure);

    private static double? Of(EventFiles files, string contender, Func<FlightFigures, double> figure)
    {
        double[] values = [.. files.Flights.Where(row => row.Contender == contender).Select(row => figure(row.Figures))];
        return values.Length == 0 ? null : values.Median();
    }
}
