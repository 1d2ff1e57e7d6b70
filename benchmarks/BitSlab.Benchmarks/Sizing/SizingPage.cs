using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Output;
using MathNet.Numerics.Statistics;
using Spectre.Console;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>The text of the page, section by section.</summary>
internal sealed class SizingPage(SizingFiles files) : MarkdownPage
{
    // What learning while the program runs may waste more than classes made for it: a share, and bytes per request.
    private const double OnlineShare = 1.15;
    private const double OnlineBytes = 0.5;
    private const double MostTime = 1.05;

    private readonly string[] _works = [.. files.Rows.Select(row => row.Work).Distinct()];

    public void AddOpening()
    {
        Title("Size classes: measured");
        Paragraph("Written by `dotnet run -c Release --project benchmarks/BitSlab.Benchmarks -- size-classes` from the CSV files beside it, which that "
            + "command measures first; [Size classes](../size-classes.md) explains what is measured. Each program and setup has a process of its own, on "
            + "one thread, every block written.");
        Paragraph("*original*: the preset `Classic`, whose slabs serve sizes up to 1,024 bytes, the only ones that count there. *default*: steps of 16 "
            + "to 1 KiB, then eighths. *offline*: the exact optimum of as many classes as the default has, made by what `bitslab tune` does from "
            + "the whole trace, at alignments of 16, 8 and 1. *online*: `AdaptiveSizing.Learn`, which begins with the default and has to find out; "
            + "a replay lasts a fraction of the timer's period, so the timer is called after each hundredth of the events.");
    }

    public void AddGoals()
    {
        Section("Goals");
        Table table = Tables.Create(["goal"], ["programs", "met"]);
        Judge(table, "online wastes at most 15 % and half a byte more than offline, after the first tenth", [16, 8, 1], (work, alignment) =>
            Of(work, SizingSetup.Online, alignment).LateWaste
                <= (Of(work, SizingSetup.Offline, alignment).LateWaste * OnlineShare) + OnlineBytes);
        Judge(table, "at alignment 16 offline is never worse than the default", [16], (work, alignment) =>
            Of(work, SizingSetup.Offline, alignment).Waste <= Of(work, SizingSetup.Default, 16).Waste);
        Judge(table, "at alignment 16 online is never worse than the default", [16], (work, alignment) =>
            Of(work, SizingSetup.Online, alignment).Waste <= Of(work, SizingSetup.Default, 16).Waste);
        Judge(table, "offline takes at most 5 % longer than the default", [16, 8, 1], (work, alignment) =>
            TimeRatio(work, SizingSetup.Offline, alignment) <= MostTime);
        Judge(table, "online takes at most 5 % longer than the default", [16, 8, 1], (work, alignment) =>
            TimeRatio(work, SizingSetup.Online, alignment) <= MostTime);
        Add(table);
    }

    public void AddWaste()
    {
        Section("Waste per request");
        Paragraph("Mean bytes that a block has more than was asked for, over all requests that slabs serve; a block that is resized in place counts with "
            + "what it then has more. In brackets: after the first tenth of the events. Changes: how often *online* took new classes, at 16, 8 and 1.");
        Table table = Tables.Create(["program"], [.. SizingSetup.All.Select(setup => setup.Name), "changes"]);
        foreach (string work in _works)
        {
            table.AddCells(
            [
                work,
                .. SizingSetup.All.Select(setup => $"{Fine(Of(work, setup).Waste)} ({Fine(Of(work, setup).LateWaste)})"),
                string.Join(", ", SizingSetup.All.Where(setup => setup.Classes == SizingSetup.Online).Select(setup => Of(work, setup).Changes)),
            ]);
        }

        Add(table);
    }

    public void AddAtPeak()
    {
        Section("Waste at the peak");
        Paragraph("The same per block of those that are live when the most bytes are: what matters for memory.");
        AddTable(figures => Fine(figures.PeakWaste));
    }

    public void AddMemory()
    {
        Section("Memory at the peak");
        Paragraph("The highest resident memory ÷ the most bytes requested by live blocks, metadata and all; what the first block makes resident is not in it.");
        AddTable(figures => Fine((double)figures.Peak / figures.Live));
    }

    public void AddTimes()
    {
        Section("Time");
        Paragraph("A replay by a thread heap, all setups in turn in one process: the default's median nanoseconds per event, and the median of the rounds' "
            + "ratios to it. *online* learns as the process's timer goes.");
        SizingSetup[] setups = [.. SizingSetup.All.Where(setup => setup.Classes is SizingSetup.Offline or SizingSetup.Online)];
        Table table = Tables.Create(["program"], ["default, ns", .. setups.Select(setup => setup.Name)]);
        foreach (string work in _works)
        {
            table.AddCells(
            [
                work,
                Format.Nanoseconds(Times(work, SizingSetup.Default, 16).Median()),
                .. setups.Select(setup => Fine(TimeRatio(work, setup.Classes, setup.Alignment))),
            ]);
        }

        table.AddCells(
        [
            "geometric mean",
            Format.Nanoseconds(_works.Select(work => Times(work, SizingSetup.Default, 16).Median()).GeometricMean()),
            .. setups.Select(setup => Fine(_works.Select(work => TimeRatio(work, setup.Classes, setup.Alignment)).GeometricMean())),
        ]);
        Add(table);
    }

    public void AddPlots()
    {
        Section("Sizes and ladders");
        foreach (string work in _works)
        {
            AddPlots(work, [PlotOf(work)]);
        }
    }

    public static string PlotOf(string work) => work + ".png";

    private void AddTable(Func<SizingFigures, string> cell)
    {
        Table table = Tables.Create(["program"], [.. SizingSetup.All.Select(setup => setup.Name)]);
        foreach (string work in _works)
        {
            table.AddCells([work, .. SizingSetup.All.Select(setup => cell(Of(work, setup)))]);
        }

        Add(table);
    }

    private void Judge(Table table, string goal, int[] alignments, Func<string, int, bool> isMet)
    {
        string[] missed =
        [
            .. from work in _works
               from alignment in alignments
               where !isMet(work, alignment)
               select string.Create(CultureInfo.InvariantCulture, $"{work} at {alignment}"),
        ];
        int all = _works.Length * alignments.Length;
        table.AddCells(
            goal,
            all.ToString(CultureInfo.InvariantCulture),
            missed.Length == 0 ? "all" : string.Create(CultureInfo.InvariantCulture, $"{all - missed.Length}; **not {string.Join(", ", missed)}**"));
    }

    private SizingFigures Of(string work, SizingSetup setup) => files.Rows.Single(row => row.Work == work && row.Setup == setup.Name).Figures;

    private SizingFigures Of(string work, string classes, int alignment) => Of(work, new SizingSetup(classes, alignment));

    private IEnumerable<double> Times(string work, string classes, int alignment) =>
        from time in files.Times
        where time.Work == work && time.Setup == new SizingSetup(classes, alignment).Name
        orderby time.Round
        select time.Nanoseconds;

    private double TimeRatio(string work, string classes, int alignment) =>
        Times(work, classes, alignment).Zip(Times(work, SizingSetup.Default, 16), (own, standard) => own / standard).Median();

    private static string Fine(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
