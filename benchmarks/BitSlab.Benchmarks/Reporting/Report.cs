using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting.Plots;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>The report of a run: README.md and its plots, beside the run's CSV files. The same figures make the same report.</summary>
internal static class Report
{
    public static void Write(string directory)
    {
        RunFiles run = RunFiles.Read(directory);
        Measurements measurements = new(run.Figures);
        RunPlots plots = new(directory, run, measurements);
        ReportPage page = new(measurements);
        page.AddOpening();
        page.AddEnvironment(run.Environment);
        page.AddTargets([.. Targets.All.Select(target => target.Judge(measurements))]);
        page.AddOverview(plots.DrawOverview());
        foreach ((WorkloadGroup group, var measures) in WorkloadGroup.Of(measurements.Measures))
        {
            page.AddGroup(group, measures, plots.DrawGroup(group, measures));
        }

        page.AddWorstCases(WorstCases.Find(measurements), Reasons.Read(directory));
        File.WriteAllText(Path.Combine(directory, "README.md"), page.ToString());
    }
}
