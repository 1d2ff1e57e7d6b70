using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Reporting.Plots;
using BitSlab.Traces;
using ScottPlot;
using ScottPlot.Plottables;
using PlotStyle = BitSlab.Benchmarks.Reporting.Plots.PlotStyle;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>The sizes that a program asks for, with ladders of classes laid over them.</summary>
internal static class LadderPlot
{
    private const int Classes = 104;
    private const int Alignment = 8;

    // The ladders stand below the sizes, each a row of marks.
    private const double RowHeight = 0.35;

    // A single request is to be seen, too.
    private const double Foot = -0.15;

    public static void Save(string path, Trace trace)
    {
        SizeHistogram requests = TraceSizes.Count(trace, SizeHistogram.MaxSize, Alignment, out _);
        using Plot plot = PlotStyle.Create();
        foreach ((int size, long count) in requests.Sizes)
        {
            LinePlot bar = plot.Add.Line(Math.Log10(size), Foot, Math.Log10(size), Math.Log10(count));
            bar.LineWidth = 1.5f;
            bar.LineColor = Colors.SteelBlue;
        }

        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "requests", LineColor = Colors.SteelBlue, LineWidth = 2 });
        using (SlabAllocator standard = new())
        {
            AddLadder(plot, standard.ExportProfile().BlockSizes, Foot - RowHeight, Colors.Gray, "default");
        }

        AddLadder(plot, SizeClassProfile.Optimize(requests, Classes, Alignment).BlockSizes, Foot - (2 * RowHeight), Colors.OrangeRed, "best, alignment 8");
        double high = Math.Log10(requests.Sizes.Max(entry => entry.Value)) + 0.2;
        plot.Axes.SetLimits(0, Math.Log10(SizeHistogram.MaxSize) + 0.05, Foot - (3 * RowHeight), high);
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(0, Math.Log10(SizeHistogram.MaxSize), LogAxis.Number);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(0, high, LogAxis.Number);
        PlotStyle.Finish(plot, $"{trace.Name}: sizes asked for, and classes", "bytes", "requests");
        plot.SavePng(path, PlotStyle.Width, PlotStyle.CurvesHeight);
    }

    private static void AddLadder(Plot plot, IReadOnlyList<int> blockSizes, double y, Color color, string name)
    {
        foreach (int size in blockSizes)
        {
            LinePlot mark = plot.Add.Line(Math.Log10(size), y - (RowHeight / 3), Math.Log10(size), y + (RowHeight / 3));
            mark.LineWidth = 1;
            mark.LineColor = color;
        }

        plot.Legend.ManualItems.Add(new LegendItem { LabelText = name, LineColor = color, LineWidth = 2 });
    }
}
