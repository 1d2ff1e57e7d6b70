using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Output;
using MathNet.Numerics.Statistics;
using Spectre.Console;
using ContenderNames = BitSlab.Benchmarks.Reporting.Contenders;

namespace BitSlab.Benchmarks.Memory.Reporting;

/// <summary>The text of the page, section by section.</summary>
internal sealed class MemoryPage(MemoryMeasurements measurements) : MarkdownPage
{
    private static readonly string s_defaultEvents = PhaseScale.DefaultEvents.ToString(CultureInfo.InvariantCulture);

    private static readonly double[] s_moments = [1, 10, 30];

    public void AddOpening()
    {
        Title("Memory");
        Paragraph("How much memory stays resident, and how much of what was freed the operating system has back. Written by "
            + "`dotnet run -c Release --project benchmarks/BitSlab.Benchmarks -- memory` from the CSV files in [memory](memory), which "
            + "that command measures first; with `--report-only` it writes the page alone.");
        Paragraph("Each contender runs each phase in a process of its own, with its default options, and all blocks are written in full. "
            + "Resident memory is what `/proc/PID/statm` says, every 100 ms, read by the parent; it is counted over what was resident "
            + "just before the phase, after the same code had run on a thousand events. What the measurement itself needs is "
            + "resident before. Code is compiled once (`DOTNET_TieredCompilation=0`). Idle means that nobody calls the allocator: one that "
            + "gives back only within calls keeps what it has.");
    }

    public void AddGoals(IReadOnlyList<MemoryGoalResult> results)
    {
        Section("Goals");
        int Count(Verdict verdict) => results.Count(result => result.Verdict == verdict);
        Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"Of {results.Count}, {Count(Verdict.Met)} are met, {Count(Verdict.Missed)} missed, {Count(Verdict.NotMeasured)} not measured in this run."));
        Table table = Tables.Create(["BitSlab", "found at"], ["asked", "measured", ""]);
        foreach (MemoryGoalResult result in results)
        {
            table.AddCells(
                result.Goal.What,
                result.Where,
                (result.Goal.AtLeast ? "at least " : "at most ") + Format.Factor(result.Goal.Limit),
                result.Value is double value ? Fine(value) : "",
                result.Verdict switch { Verdict.Met => "met", Verdict.Missed => "**missed**", _ => "not measured" });
        }

        Add(table);
    }

    /// <param name="events">Events of a fill in this run.</param>
    public void AddDefinitions(string events)
    {
        Section("Resident memory over time");
        Paragraph("Events have 1 to 1,024 bytes, evenly spread, the same for each contender. Returned is (the most bytes resident up to the "
            + "last free − bytes resident so many seconds after it) ÷ bytes requested by the blocks freed. What a block takes beyond its "
            + "request counts when it comes back, so that the share may be above 1.");
        if (events != s_defaultEvents)
        {
            Paragraph($"A fill is {events} events in this run: of the numbers below, which are those of a full run, take that part.");
        }
    }

    public void AddPhase(Phase phase, IReadOnlyList<WatchedPhase> contenders, string plot)
    {
        Subsection(phase.Name);
        Paragraph($"{char.ToUpperInvariant(phase.Work[0])}{phase.Work[1..]}; then idle.");
        if (phase.Name == SawtoothPhase.PhaseName)
        {
            AddCycles(contenders);
        }

        Table table = Tables.Create(
            ["contender"],
            ["MiB at full", .. s_moments.Select(seconds => Seconds("returned", seconds)), .. s_moments.Select(seconds => Seconds("MiB", seconds))]);
        foreach (WatchedPhase watched in contenders)
        {
            table.AddCells(
            [
                ContenderNames.Title(watched.Contender),
                Format.MiB(watched.Full ?? watched.Highest),
                .. s_moments.Select(seconds => Factor(watched.ReturnedAfter(seconds))),
                .. s_moments.Select(seconds => watched.ResidentAfter(seconds) is long bytes ? Format.MiB(bytes) : ""),
            ]);
        }

        Add(table);
        if (contenders[0].LiveAtEnd is > 0 and long live)
        {
            Paragraph($"{Format.MiB(live)} MiB of requests are still live.");
        }

        if (contenders.Any(watched => watched.Full is null))
        {
            Paragraph("At full: the most that was resident. No moment has all blocks live, so there is no share.");
        }

        AddPlots(phase.Name, [plot]);
    }

    public void AddTraces()
    {
        if (!measurements.Traces.Any())
        {
            return;
        }

        Section("Peak of recorded programs");
        Paragraph("The highest resident memory (VmHWM, set back before the first allocation) ÷ the most bytes requested by live blocks, replayed on "
            + "one thread; medians of some processes. A first block was allocated and freed before: what it made resident, the allocator's and the runtime's own needs (for BitSlab "
            + "also .NET's meter), is not in the peak and stands in the last row; C libraries are loaded before that. The geometric mean is over "
            + "the traces with more than 4 MiB live. The last column is BitSlab's peak by the lowest of the C peers.");
        string[] contenders = [.. measurements.Contenders.Where(name => measurements.Traces.Any(trace => measurements.Peak(trace, name) is not null))];
        Table table = Tables.Create(["trace"], ["live MiB", .. contenders.Select(ContenderNames.Title), "best C peer", "BitSlab ÷ best"]);
        foreach (string trace in measurements.Traces)
        {
            table.AddCells(
            [
                trace,
                Format.MiB(measurements.Live(trace)),
                .. contenders.Select(name => Factor(measurements.Peak(trace, name))),
                measurements.BestPeer(trace) ?? "",
                Factor(measurements.PeakByBestPeer(trace)),
            ]);
        }

        string? best = measurements.BestPeerOfAll();
        table.AddCells(
        [
            "geometric mean",
            "",
            .. contenders.Select(name => Factor(measurements.MeanPeak(name))),
            best ?? "",
            Factor(best is null ? null : measurements.MeanPeak(ContenderNames.Static) / measurements.MeanPeak(best)),
        ]);
        table.AddCells(["first block, MiB", "", .. contenders.Select(name => Format.MiB((long)measurements.StartUp(name))), "", ""]);
        Add(table);
    }

    public void AddStarts()
    {
        if (!measurements.Setups.Any())
        {
            return;
        }

        Section("Huge pages and prefault");
        Paragraph("The first million events of a program, allocated and written, with an allocator made for it (NativeMemory: malloc as it stands); "
            + "minimum / median milliseconds of some processes, medians "
            + "of the rest. Bytes are resident after each step, over what was before both.");
        Table table = Tables.Create(
            ["setup"], ["making: ms", "page faults", "MiB", "first million: ms", "page faults", "MiB", "ms in all"]);
        foreach (string setup in measurements.Setups)
        {
            IReadOnlyList<StartPart> making = measurements.Start(setup, StartRow.Making);
            IReadOnlyList<StartPart> filling = measurements.Start(setup, StartRow.Filling);
            table.AddCells(
            [
                setup == ContenderNames.NativeMemory ? ContenderNames.Title(setup) : setup,
                .. Cells(making),
                .. Cells(filling),
                Times(making.Zip(filling, (first, second) => first.Milliseconds + second.Milliseconds)),
            ]);
        }

        Add(table);
        Paragraph("`huge-off`, `huge-hint`: the option HugePages. `prefault`: 640 MiB committed and touched when the allocator is made.");
    }

    public void AddCosts()
    {
        string[] workloads = [.. measurements.CostWorkloads];
        if (workloads.Length == 0)
        {
            return;
        }

        Section("What give-back costs");
        Paragraph("A `SlabAllocator` with IdleGiveBack and one without, in turn in one process, at workloads of [the benchmarks](benchmarks/README.md); "
            + "median nanoseconds per operation, and the median of the rounds' ratios. The rings are not judged: their threads find their processors "
            + "anew in each round.");
        Table table = Tables.Create(["workload"], ["with", "without", "ratio"]);
        foreach (string workload in workloads)
        {
            table.AddCells(
                workload,
                Format.Nanoseconds(measurements.CostMedian(workload, CostRow.GivingBack)),
                Format.Nanoseconds(measurements.CostMedian(workload, CostRow.Keeping)),
                Fine(measurements.Cost(workload)));
        }

        table.AddCells("geometric mean", "", "", Fine(workloads.Select(measurements.Cost).GeometricMean()));
        Add(table);
    }

    private void AddCycles(IReadOnlyList<WatchedPhase> contenders)
    {
        Table table = Tables.Create(["contender"], ["page faults, first cycle", "each after the third", "million events/s after the third"]);
        foreach (string contender in contenders.Select(watched => watched.Contender))
        {
            IReadOnlyList<CycleRow> settled = measurements.SettledCycles(contender);
            table.AddCells(
                ContenderNames.Title(contender),
                Format.Count(measurements.Cycles(contender).FirstOrDefault()?.Faults ?? 0),
                settled.Count == 0 ? "" : Format.Count((long)settled.Select(cycle => (double)cycle.Faults).Median()),
                settled.Count == 0 ? "" : Factor(settled.Select(cycle => cycle.Events / cycle.Ms / 1e3).Median()));
        }

        Add(table);
        Paragraph("Medians over the cycles. An event is one allocated, written and freed.");
    }

    private static IEnumerable<string> Cells(IReadOnlyList<StartPart> rounds) =>
    [
        Times(rounds.Select(round => round.Milliseconds)),
        Format.Count((long)rounds.Select(round => (double)round.Faults).Median()),
        Format.MiB((long)rounds.Select(round => (double)round.Bytes).Median()),
    ];

    private static string Times(IEnumerable<double> milliseconds)
    {
        double[] rounds = [.. milliseconds];
        return $"{Format.Nanoseconds(rounds.Minimum())} / {Format.Nanoseconds(rounds.Median())}";
    }

    private static string Seconds(string what, double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} after {seconds} s");

    // What is missed by little is not to look as if it were met.
    private static string Fine(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Factor(double? value) => value is double number ? Format.Factor(number) : "";
}
