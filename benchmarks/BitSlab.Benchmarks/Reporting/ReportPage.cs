using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Cli.Output;
using Spectre.Console;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>The text of the report, section by section, in Markdown.</summary>
internal sealed class ReportPage(Measurements measurements) : MarkdownPage
{
    private const string NoReason = "no reason written yet";

    public void AddOpening()
    {
        Title("Benchmarks");
        Paragraph("Written by `dotnet run -c Release --project benchmarks/BitSlab.Benchmarks -- report` from the CSV files beside it; `run` "
            + "in its place measures anew. All contenders ran in one process, in turn; every round stands in [results.csv](results.csv). "
            + "A ratio is the other's median time by BitSlab's: above 1, BitSlab is faster. Trust the ratios more than the nanoseconds.");
        Paragraph("BitSlab is called in three ways: `SlabMemory` (static; where only BitSlab is said), a `SlabAllocator` (instance), and a "
            + "`SlabThreadHeap` (handle). C peers are called without the transition that `NativeMemory` pays.");
    }

    public void AddTargets(IReadOnlyList<TargetResult> results)
    {
        Section("Targets");
        Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"Of {results.Count}, {Count(results, Verdict.Met)} are met, {Count(results, Verdict.Missed)} missed, ")
            + string.Create(CultureInfo.InvariantCulture, $"{Count(results, Verdict.NotMeasured)} not measured in this run."));
        Table table = Tables.Create(["work", "against", "found at"], ["asked", "measured", ""]);
        foreach (TargetResult result in results)
        {
            Finding? finding = result.Finding;
            string peer = result.Target.Against == Comparison.BestPeer && finding is not null ? $" ({finding.Other})" : "";
            table.AddCells(
                result.Target.Work,
                result.Target.Against + peer,
                finding?.Workload ?? "",
                Format.Factor(result.Target.AtLeast),
                finding is null ? "" : Format.Factor(finding.Ratio),
                result.Verdict switch { Verdict.Met => "met", Verdict.Missed => "**missed**", _ => "not measured" });
        }

        Add(table);
    }

    public void AddOverview(IReadOnlyList<string> plots)
    {
        Section("Figures");
        Paragraph("Nanoseconds per operation unless said, minimum / median of the rounds, and in brackets the ratio to BitSlab's median.");
        AddPlots("Overview", plots);
    }

    public void AddGroup(WorkloadGroup group, IReadOnlyList<Measure> measures, IReadOnlyList<string> plots)
    {
        Subsection(group.Title);
        string[] contenders = [.. measurements.ContendersOf(measures)];
        Table table = Tables.Create(["workload"], [.. contenders.Select(Contenders.Title)]);
        foreach (Measure measure in measures)
        {
            table.AddCells([measure.ToString(), .. contenders.Select(contender => Cell(measure, contender))]);
        }

        if (measurements.Comparable(measures) is { Count: > 1 } comparable)
        {
            table.AddCells(["ratio, geometric mean", .. contenders.Select(contender => MeanCell(comparable, contender))]);
        }

        Add(table);
        AddPlots(group.Title, plots);
    }

    public void AddWorstCases(IReadOnlyList<WorstCase> cases, Reasons reasons)
    {
        Section("Worst cases");
        Paragraph("Wherever one of BitSlab's ways lost to another allocator in this run, the largest loss first. "
            + $"The reasons are kept in [{Reasons.FileName}]({Reasons.FileName}).");
        Table table = Tables.Create(["workload", "way", "slower than (ratio)", "reason"], ["ns"]);
        foreach (WorstCase worst in cases)
        {
            table.AddCells(
                worst.Measure.ToString(),
                Contenders.Title(worst.Contender),
                string.Join(", ", worst.Others.Select(other => $"{Contenders.Title(other.Name)} ({Format.Factor(other.Ratio)})")),
                reasons.PatternFor(worst.Measure.Workload) is { } pattern ? $"`{pattern}`" : NoReason,
                Format.Nanoseconds(worst.Median));
        }

        Add(table);
        foreach (string pattern in cases.Select(worst => reasons.PatternFor(worst.Measure.Workload)).OfType<string>().Distinct())
        {
            Paragraph($"`{pattern}`: {reasons.TextOf(pattern)}");
        }
    }

    private static int Count(IReadOnlyList<TargetResult> results, Verdict verdict) => results.Count(result => result.Verdict == verdict);

    private string Cell(Measure measure, string contender)
    {
        if (measurements.Median(measure, contender) is not { } median)
        {
            return "";
        }

        string times = $"{Format.Nanoseconds(measurements.Minimum(measure, contender)!.Value)} / {Format.Nanoseconds(median)}";
        return contender != Contenders.Static && measurements.Ratio(measure, contender, Contenders.Static) is { } ratio
            ? $"{times} ({Format.Factor(ratio)})"
            : times;
    }

    private string MeanCell(IReadOnlyList<Measure> measures, string contender) =>
        contender != Contenders.Static && measurements.Ratio(measures, contender, Contenders.Static) is { } ratio
            ? Format.Factor(ratio)
            : "";
}
