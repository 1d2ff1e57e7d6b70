using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory;

/// <summary>Measures, and gathers the figures.</summary>
internal static class MemoryRun
{
    // A start and a trace are short. A start's time scatters with the machine's other work, some peaks with where the system puts memory.
    private const int DefaultRounds = 5;

    /// <summary>Steps that <see cref="Measure"/> reports.</summary>
    public static int Steps(MemoryOptions options, Effort effort) =>
        Children(options).Count + (options.Work.OfType<StartWork>().Count() * Rounds(options)) + (options.Work.OfType<CostWork>().Count() * effort.Rounds);

    public static MemoryFiles Measure(MemoryOptions options, Effort effort, Action<int> advanced)
    {
        List<(MemoryWork Work, string Contender, int Round)> children = Children(options);
        var reports = new (PhaseReport Report, IReadOnlyList<ResidentSample> Samples)[children.Count];
        Parallel.For(0, children.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Parallel }, i =>
        {
            reports[i] = PhaseProcess.Measure(ArgumentsOf(options, children[i].Work, children[i].Contender));
            lock (reports)
            {
                advanced(1);
            }
        });

        MemoryFiles files = new();
        foreach (((MemoryWork work, string contender, int round), (PhaseReport report, IReadOnlyList<ResidentSample> samples)) in children.Zip(reports))
        {
            if (work is ReplayWork replay)
            {
                files.Traces.Add(new TracePeak(
                    replay.Trace, contender, round, report.Replay!.LiveBytes, report.Replay.PeakResidentBytes, report.StartUpBytes));
            }
            else
            {
                AddPhase(files, work.Name, contender, report, samples);
            }
        }

        AddStarts(files, options, advanced);
        AddCosts(files, options, effort, advanced);
        return files;
    }

    private static List<(MemoryWork Work, string Contender, int Round)> Children(MemoryOptions options) =>
    [
        .. from work in options.Work
           where work is PhaseWork or ReplayWork
           from subject in options.Catalog.Subjects
           from round in Enumerable.Range(1, work is ReplayWork ? Rounds(options) : 1)
           select (work, subject.Name, round),
    ];

    private static IEnumerable<string> ArgumentsOf(MemoryOptions options, MemoryWork work, string contender) => work switch
    {
        PhaseWork phase =>
        [
            "--contender", contender,
            "--phase", phase.Name,
            "--events", Text(options.Events),
            "--idle", Text(options.IdleSeconds ?? (options.Quick ? 1 : (int)phase.Phase.Idle.TotalSeconds)),
            .. options.Quick ? (string[])["--quick"] : [],
        ],
        ReplayWork replay => ["--contender", contender, "--trace", replay.File],
        _ => throw new ArgumentOutOfRangeException(nameof(work)),
    };

    /// <summary>Samples and marks of the phase itself, over its baseline and from its beginning.</summary>
    private static void AddPhase(MemoryFiles files, string phase, string contender, PhaseReport report, IReadOnlyList<ResidentSample> samples)
    {
        PhaseMark begin = report.Marks[0];
        PhaseMark end = report.Marks[^1];
        ResidentPoint[] points =
        [
            .. samples.Where(sample => sample.Ticks > begin.Ticks && sample.Ticks < end.Ticks)
                .Concat(report.Marks.Select(mark => new ResidentSample(mark.Ticks, mark.Resident)))
                .OrderBy(sample => sample.Ticks)
                .Select(sample => new ResidentPoint(phase, contender, Milliseconds(sample.Ticks - begin.Ticks), sample.Bytes - begin.Resident)),
        ];

        // What does not change needs no row.
        files.Points.AddRange(points.Where((point, i) =>
            i == 0 || i == points.Length - 1 || points[i - 1].Bytes != point.Bytes || points[i + 1].Bytes != point.Bytes));
        files.Marks.AddRange(report.Marks.Select(mark => new MarkRow(
            phase, contender, mark.Name, Milliseconds(mark.Ticks - begin.Ticks), mark.Resident - begin.Resident, mark.Live, mark.Faults - begin.Faults)));
        files.Cycles.AddRange(report.Cycles.Select((cycle, i) =>
            new CycleRow(contender, i + 1, cycle.Events, Milliseconds(cycle.Ticks), cycle.Faults)));
    }

    private static void AddStarts(MemoryFiles files, MemoryOptions options, Action<int> advanced)
    {
        for (int round = 1; round <= Rounds(options); round++)
        {
            foreach (StartWork work in options.Work.OfType<StartWork>())
            {
                StartFigures start = PhaseProcess.Measure(["--contender", work.Setup.Name, "--start", "--events", Text(options.Events)]).Report.Start!;
                files.Starts.Add(new StartRow(work.Setup.Name, round, StartRow.Making, start.Making));
                files.Starts.Add(new StartRow(work.Setup.Name, round, StartRow.Filling, start.Filling));
                advanced(1);
            }
        }
    }

    private static void AddCosts(MemoryFiles files, MemoryOptions options, Effort effort, Action<int> advanced)
    {
        Subject[] subjects = [Slab(CostRow.GivingBack, giveBack: true), Slab(CostRow.Keeping, giveBack: false)];
        RunResults results = BenchmarkRun.Measure(options.Work.OfType<CostWork>().Select(work => work.Workload), subjects, effort.Rounds, advanced);
        files.Costs.AddRange(results.Values.Select(value => new CostRow(value.Workload, value.Contender, value.Round, value.Value)));
    }

    private static NativeSubject Slab(string name, bool giveBack) =>
        new(new Contender<SlabAllocatorContender>(name, SlabAllocatorOptions.Default with { IdleGiveBack = giveBack }));

    private static int Rounds(MemoryOptions options) => options.Quick ? 1 : DefaultRounds;

    private static double Milliseconds(long ticks) => Math.Round(ticks * 1e3 / Stopwatch.Frequency, 3);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
