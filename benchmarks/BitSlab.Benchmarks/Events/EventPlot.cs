using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Reporting.Plots;
using MathNet.Numerics.Statistics;
using ScottPlot;
using ScottPlot.Plottables;
using PlotStyle = BitSlab.Benchmarks.Reporting.Plots.PlotStyle;

namespace BitSlab.Benchmarks.Events;

/// <summary>How long the slowest events take: each decade to the right is a tenth of the events before it.</summary>
internal static class EventPlot
{
    private static readonly Color[] s_colors = [Color.FromHex("#1f4e9c"), Color.FromHex("#d62728"), Color.FromHex("#8f8f8f")];

    public static void Save(string path, IReadOnlyList<FlightRow> flights)
    {
        using Plot plot = PlotStyle.Create();
        List<Coordinates> all = [];
        foreach ((int index, IGrouping<string, FlightRow> contender) in flights.GroupBy(row => row.Contender).Index())
        {
            Coordinates[] curve =
            [
                .. from point in contender.SelectMany(row => row.Figures.Latency)
                   where point.Key < 100
                   group point.Value by point.Key into rounds
                   orderby rounds.Key
                   select new Coordinates(Position(rounds.Key), Math.Log10(rounds.Median())),
            ];
            all.AddRange(curve);
            Scatter line = plot.Add.ScatterLine(curve, s_colors[index % s_colors.Length]);
            line.LineWidth = 2;
            line.LegendText = contender.Key;
        }

        double right = all.Max(point => point.X);
        double low = all.Min(point => point.Y) - 0.1;
        double high = all.Max(point => point.Y) + 0.1;
        plot.Axes.SetLimits(0, right, low, high);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(low, high, LogAxis.Nanoseconds);
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(0, right, LogAxis.Percentile);
        PlotStyle.Finish(plot, "From enqueue to dequeue, a million events in flight", "percentile of events", "latency, median of the rounds");
        plot.SavePng(path, PlotStyle.Width, PlotStyle.CurvesHeight);
    }

    private static double Position(double percentile) => -Math.Log10(1 - (percentile / 100));
}
