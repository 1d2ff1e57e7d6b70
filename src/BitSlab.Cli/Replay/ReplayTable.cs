using System.Globalization;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;
using Spectre.Console;

namespace BitSlab.Cli.Replay;

/// <summary>The table of <c>bitslab replay</c>; the columns are explained in docs/command-line.md.</summary>
internal static class ReplayTable
{
    public static void Print(CliHost host, ReplayReport report)
    {
        Table table = Tables.Create(
            ["trace", "contender"],
            ["events", "live MiB", "ns/op min", "median", "ratio", "of medians", "peak MiB", "peak/live", "overhead B/block"]);
        foreach (TraceReport trace in report.Traces)
        {
            foreach (ContenderReport row in trace.Contenders)
            {
                bool first = ReferenceEquals(row, trace.Contenders[0]);
                table.AddCells(
                    first ? trace.Trace : string.Empty,
                    row.Contender,
                    first ? Format.Count(trace.Events) : string.Empty,
                    row.LiveBytes is long live ? Format.MiB(live) : "-",
                    Format.Nanoseconds(row.NanosecondsMinimum),
                    Format.Nanoseconds(row.NanosecondsMedian),
                    Format.Ratio(row.RatioOfMinima),
                    Format.Ratio(row.RatioOfMedians),
                    row.PeakResidentBytes is long peak ? Format.MiB(peak) : "-",
                    row.PeakOverLive is double factor ? Format.Factor(factor) : "-",
                    row.OverheadPerBlock is double overhead ? Format.Bytes(overhead) : "-");
            }
        }

        foreach (GeometricMeanReport mean in report.GeometricMeans)
        {
            bool first = ReferenceEquals(mean, report.GeometricMeans[0]);
            table.AddCells(
                first ? "geometric mean" : string.Empty,
                mean.Contender,
                string.Empty,
                string.Empty,
                Format.Nanoseconds(mean.NanosecondsMinimum),
                Format.Nanoseconds(mean.NanosecondsMedian),
                Format.Ratio(mean.RatioOfMinima),
                Format.Ratio(mean.RatioOfMedians),
                string.Empty,
                string.Empty,
                string.Empty);
        }

        Tables.Print(host, table, string.Create(CultureInfo.InvariantCulture,
            $"Preset {report.Preset}, {(report.Threads ? "the traces' threads" : "one thread")}, rounds of each in turn: {report.Rounds}. ratio: times as long as BitSlab."));
    }
}
