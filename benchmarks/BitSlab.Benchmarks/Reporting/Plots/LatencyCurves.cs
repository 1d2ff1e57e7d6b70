using System;
using System.Collections.Generic;
using System.Linq;
using MathNet.Numerics.Statistics;
using ScottPlot;
using ScottPlot.Plottables;

namespace BitSlab.Benchmarks.Reporting.Plots;

/// <summary>How long the slowest calls take: each decade to the right is a tenth of the calls before it.</summary>
internal static class LatencyCurves
{
    public static void Save(string path, string title, IReadOnlyList<LatencyPoint> points, Palette palette)
    {
        using Plot plot = PlotStyle.Create();

        // The slowest call of all has no place on this scale.
        LatencyPoint[] drawn = [.. points.Where(point => point.Percentile < 100)];
        foreach (string contender in Contenders.InOrder(drawn.Select(point => point.Contender)))
        {
            Coordinates[] curve =
            [
                .. drawn.Where(point => point.Contender == contender)
                    .GroupBy(point => point.Percentile, point => point.Nanoseconds)
                    .OrderBy(group => group.Key)
                    .Select(group => new Coordinates(Position(group.Key), Math.Log10(group.Median()))),
            ];
            Scatter line = plot.Add.ScatterLine(curve, palette.Of(contender));
            line.LineWidth = 2;
            line.LegendText = Contenders.Title(contender);
        }

        double right = drawn.Max(point => Position(point.Percentile));
        double low = Math.Log10(drawn.Min(point => point.Nanoseconds)) - 0.1;
        double high = Math.Log10(drawn.Max(point => point.Nanoseconds)) + 0.1;
        plot.Axes.SetLimits(0, right, low, high);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(low, high, LogAxis.Nanoseconds);
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(0, right, LogAxis.Percentile);
        PlotStyle.Finish(plot, title, "percentile of calls", "time of the call, median of the rounds");
        plot.SavePng(path, PlotStyle.Width, PlotStyle.CurvesHeight);
    }

    private static double Position(double percentile) => -Math.Log10(1 - (percentile / 100));
}
