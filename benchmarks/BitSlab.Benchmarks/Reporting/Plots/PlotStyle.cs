using ScottPlot;

namespace BitSlab.Benchmarks.Reporting.Plots;

/// <summary>How all plots look.</summary>
internal static class PlotStyle
{
    public const int Width = 900;
    public const int CurvesHeight = 460;

    public static Plot Create()
    {
        // Before the plot, whose parts take it over. Free, and on most Linux machines; elsewhere another one stands in.
        Fonts.Default = "DejaVu Sans";
        return new Plot();
    }

    /// <summary>Sets titles and the legend; when all has been added that belongs into the legend.</summary>
    public static void Finish(Plot plot, string title, string bottom, string left)
    {
        plot.Title(title, 17);
        plot.XLabel(bottom, 13);
        plot.YLabel(left, 13);
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
        plot.ShowLegend(Edge.Right).Alignment = Alignment.UpperRight;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.OutlineWidth = 0;
    }
}
