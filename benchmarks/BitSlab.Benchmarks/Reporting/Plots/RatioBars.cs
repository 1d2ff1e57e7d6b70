using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace BitSlab.Benchmarks.Reporting.Plots;

/// <summary>Bars of the others' times by BitSlab's: to the right of 1 BitSlab is faster, to the left the other.</summary>
internal static class RatioBars
{
    private const double BarStep = 0.8;
    private const int PixelsPerBar = 15;
    private const int PixelsPerRow = 14;
    private const int Frame = 110;

    /// <summary>A row of bars: what was done, and the ratio of each of the others.</summary>
    public readonly record struct Row(string Label, IReadOnlyList<(string Contender, double Ratio)> Ratios);

    public static void Save(string path, string title, IReadOnlyList<Row> rows, Palette palette)
    {
        using Plot plot = PlotStyle.Create();
        List<Tick> labels = [];
        double y = 0;
        foreach (Row row in rows)
        {
            // Downwards, as one reads.
            double top = y;
            foreach ((string contender, double ratio) in row.Ratios)
            {
                Add(plot, y, ratio, palette.Of(contender));
                y -= BarStep;
            }

            labels.Add(new Tick((top + y + BarStep) / 2, row.Label));
            y -= BarStep;
        }

        foreach (string contender in Contenders.InOrder(rows.SelectMany(row => row.Ratios).Select(ratio => ratio.Contender)))
        {
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = Contenders.Title(contender), FillColor = palette.Of(contender) });
        }

        double[] logs = [.. rows.SelectMany(row => row.Ratios).Select(ratio => Math.Log10(ratio.Ratio))];
        LayOut(plot, logs, labels, y + BarStep);
        PlotStyle.Finish(plot, title, "the other's time by BitSlab's (right of 1: BitSlab is faster)", "");
        int height = Frame + (logs.Length * PixelsPerBar) + (rows.Count * PixelsPerRow);
        plot.SavePng(path, PlotStyle.Width, height);
    }

    private static void Add(Plot plot, double y, double ratio, Color color)
    {
        BarPlot bar = plot.Add.Bar(new Bar
        {
            Position = y,
            Value = Math.Log10(ratio),
            Size = BarStep,
            FillColor = color,
            LineWidth = 0,
            Label = ratio.ToString(ratio < 10 ? "F2" : "F0", CultureInfo.InvariantCulture),
        });
        bar.Horizontal = true;
        bar.ValueLabelStyle.FontSize = 11;
    }

    private static void LayOut(Plot plot, double[] logs, List<Tick> labels, double bottom)
    {
        double from = Math.Min(0, logs.Min());
        double to = Math.Max(0, logs.Max());

        // Room for the numbers at the bars' ends.
        double margin = 0.1 * Math.Max(0.5, to - from);
        from -= from < 0 ? margin : margin / 2;
        to += margin;
        plot.Axes.SetLimits(from, to, bottom - BarStep, BarStep);
        plot.Axes.Left.TickGenerator = new NumericManual([.. labels]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(from, to, LogAxis.Number);
        plot.Grid.YAxisStyle.IsVisible = false;
        plot.Add.VerticalLine(0, 1.5f, Colors.Black);
    }
}
