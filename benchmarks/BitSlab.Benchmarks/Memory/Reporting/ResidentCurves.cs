using System.Collections.Generic;
using System.Linq;
using ScottPlot;
using ScottPlot.Plottables;
using ContenderNames = BitSlab.Benchmarks.Reporting.Contenders;
using Palette = BitSlab.Benchmarks.Reporting.Plots.Palette;
using PlotStyle = BitSlab.Benchmarks.Reporting.Plots.PlotStyle;

namespace BitSlab.Benchmarks.Memory.Reporting;

/// <summary>Resident memory of all contenders over the time of a phase.</summary>
internal static class ResidentCurves
{
    private const double Mebibyte = 1024 * 1024;
    private const double MillisecondsPerSecond = 1_000;

    public static void Save(string path, string title, IReadOnlyList<WatchedPhase> contenders, Palette palette)
    {
        using Plot plot = PlotStyle.Create();
        foreach (WatchedPhase watched in contenders)
        {
            Coordinates[] curve =
                [.. watched.Points.Select(point => new Coordinates(point.Ms / MillisecondsPerSecond, point.Bytes / Mebibyte))];
            Scatter line = plot.Add.ScatterLine(curve, palette.Of(watched.Contender));
            line.LineWidth = 2;
            line.LegendText = ContenderNames.Title(watched.Contender);
        }

        if (contenders[0].LiveAtEnd is > 0 and long live)
        {
            HorizontalLine requested = plot.Add.HorizontalLine(live / Mebibyte, 1, Colors.Black, LinePattern.Dashed);
            requested.LegendText = "still live";
        }

        ResidentPoint[] all = [.. contenders.SelectMany(watched => watched.Points)];
        plot.Axes.SetLimits(0, all.Max(point => point.Ms) / MillisecondsPerSecond, 0, all.Max(point => point.Bytes) / Mebibyte * 1.05);
        PlotStyle.Finish(plot, title, "seconds since the phase began", "MiB resident");
        plot.SavePng(path, PlotStyle.Width, PlotStyle.CurvesHeight);
    }
}
