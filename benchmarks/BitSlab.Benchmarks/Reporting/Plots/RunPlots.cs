using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace BitSlab.Benchmarks.Reporting.Plots;

/// <summary>Draws the plots of a run into its folder; each method gives the names of the files that it wrote.</summary>
internal sealed class RunPlots
{
    private readonly string _directory;
    private readonly RunFiles _run;
    private readonly Measurements _measurements;
    private readonly Palette _palette;

    public RunPlots(string directory, RunFiles run, Measurements measurements)
    {
        _directory = directory;
        _run = run;
        _measurements = measurements;
        _palette = new Palette(run.Figures.Select(figure => figure.Contender));
    }

    /// <summary>A row for each group that is measured in time per operation, by geometric means.</summary>
    public IReadOnlyList<string> DrawOverview() => DrawBars(
        "ratios.png",
        "Geometric means",
        WorkloadGroup.Of(_measurements.Comparable(_measurements.Measures)).Select(group => RowOf(group.Group.Title, group.Measures)));

    public IReadOnlyList<string> DrawGroup(WorkloadGroup group, IReadOnlyList<Measure> measures) => group.Slug switch
    {
        WorkloadGroup.Latency => [.. measures.Select(measure => measure.Workload).Distinct().SelectMany(DrawLatency)],
        WorkloadGroup.Threads =>
        [
            .. DrawScaling("scaling-private.png", "Each thread on work of its own", ["scaling/private-", "scaling/compute-"]),
            .. DrawScaling("scaling-larson.png", "Threads that hand their blocks on, die and are replaced (larson)", ["larson/"]),
        ],
        _ => DrawBars($"ratios-{group.Slug}.png", group.Title, measures.Select(measure => RowOf(measure.ToString(), [measure]))),
    };

    private RatioBars.Row RowOf(string label, IReadOnlyList<Measure> measures) => new(
        label,
        [
            .. from other in _measurements.ContendersOf(measures).Where(Contenders.IsOther)
               let ratio = _measurements.Ratio(measures, other, Contenders.Static)
               where ratio is not null
               select (other, ratio.Value),
        ]);

    private IReadOnlyList<string> DrawBars(string file, string title, IEnumerable<RatioBars.Row> rows)
    {
        RatioBars.Row[] drawn = [.. rows.Where(row => row.Ratios.Count > 0)];
        if (drawn.Length == 0)
        {
            return [];
        }

        RatioBars.Save(Path.Combine(_directory, file), title, drawn, _palette);
        return [file];
    }

    private IReadOnlyList<string> DrawLatency(string workload)
    {
        LatencyPoint[] points = [.. _run.Latencies.Where(point => point.Workload == workload)];
        if (points.Length == 0)
        {
            return [];
        }

        string file = workload.Replace('/', '-') + ".png";
        LatencyCurves.Save(Path.Combine(_directory, file), $"Latency of single calls: {workload.Split('/')[^1]}", points, _palette);
        return [file];
    }

    private IReadOnlyList<string> DrawScaling(string file, string title, string[] prefixes)
    {
        Measure[] measures = [.. prefixes.SelectMany(_measurements.TimesOf)];
        ScalingCurves.Line[] lines =
        [
            .. _measurements.ContendersOf(measures).Select(contender => new ScalingCurves.Line(
                contender,
                [
                    .. from measure in measures
                       let time = _measurements.Median(measure, contender)
                       where time is not null
                       let threads = int.Parse(measure.Workload.Split('/', '-')[^1], CultureInfo.InvariantCulture)
                       orderby threads
                       select (threads, time.Value),
                ])),
        ];
        if (lines.Length == 0)
        {
            return [];
        }

        ScalingCurves.Save(Path.Combine(_directory, file), title, lines, _palette);
        return [file];
    }
}
