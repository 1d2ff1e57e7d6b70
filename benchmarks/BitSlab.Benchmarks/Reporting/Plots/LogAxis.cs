using System;
using System.Globalization;
using ScottPlot.TickGenerators;

namespace BitSlab.Benchmarks.Reporting.Plots;

/// <summary>Ticks for an axis that is laid out in decimal logarithms, which ScottPlot leaves to the caller.</summary>
internal static class LogAxis
{
    /// <summary>Ticks at round numbers: the more decades, the fewer of each.</summary>
    /// <param name="from">The lower end, as a logarithm.</param>
    /// <param name="to">The upper end, as a logarithm.</param>
    /// <param name="label">Writes a value.</param>
    public static NumericManual Ticks(double from, double to, Func<double, string> label)
    {
        NumericManual ticks = new();
        double[] steps = (to - from) switch
        {
            > 3 => [1],
            > 1 => [1, 2, 5],
            _ => [1, 1.5, 2, 3, 4, 5, 6, 8],
        };
        for (int decade = (int)Math.Floor(from); decade <= to; decade++)
        {
            foreach (double step in steps)
            {
                double value = step * Math.Pow(10, decade);
                double position = Math.Log10(value);
                if (position >= from && position <= to)
                {
                    ticks.AddMajor(position, label(value));
                }
            }
        }

        return ticks;
    }

    public static string Number(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);

    public static string Nanoseconds(double value) => value switch
    {
        >= 1e6 => Number(value / 1e6) + " ms",
        >= 1e3 => Number(value / 1e3) + " µs",
        _ => Number(value) + " ns",
    };

    /// <summary>Of the calls that one in so many exceeds: 100 is 99 %.</summary>
    public static string Percentile(double oneIn) => (100 - (100 / oneIn)).ToString("0.######", CultureInfo.InvariantCulture) + " %";
}
