using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace BitSlab.Benchmarks.Reporting.Plots;

/// <summary>Time of an operation over the number of threads, each on its share of the work: a level line scales perfectly.</summary>
internal static class ScalingCurves
{
    /// <summary>One contender's line.</summary>
    public readonly record struct Line(string Contender, IReadOnlyList<(int Threads, double Nanoseconds)> Points);

    public static void Save(string path, string title, IReadOnlyList<Line> lines, Palette palette)
    {
        using Plot plot = PlotStyle.Create();
        foreach (Line line in lines)
        {
            bool computes = line.Contender == Contenders.Compute;
            Coordinates[] points = [.. line.Points.Select(point => new Coordinates(point.Threads, Math.Log10(point.Nanoseconds)))];
            Scatter scatter = plot.Add.Scatter(points, palette.Of(line.Contender));
            scatter.LineWidth = 2;
            scatter.MarkerSize = 8;
            scatter.LinePattern = computes ? LinePattern.Dashed : LinePattern.Solid;
            scatter.LegendText = computes ? "a loop that only computes" : Contenders.Title(line.Contender);
        }

        int[] threads = [.. lines.SelectMany(line => line.Points).Select(point => point.Threads).Distinct().Order()];
        double[] logs = [.. lines.SelectMany(line => line.Points).Select(point => Math.Log10(point.Nanoseconds))];
        double low = logs.Min() - 0.1;
        double high = logs.Max() + 0.1;
        plot.Axes.SetLimits(threads[0] - 0.3, threads[^1] + 0.3, low, high);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(low, high, LogAxis.Nanoseconds);
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. threads.Select(count => (double)count)],
            [.. threads.Select(count => count.ToString(CultureInfo.InvariantCulture))]);
        PlotStyle.Finish(plot, title, "threads", "time of an operation (level: perfect scaling)");
        plot.SavePng(path, PlotStyle.Width, PlotStyle.CurvesHeight);
    }
}
