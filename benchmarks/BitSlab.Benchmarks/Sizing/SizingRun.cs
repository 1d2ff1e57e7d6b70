using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Benchmarks.Workloads;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>Measures: waste and memory in child processes, times in turn in this one.</summary>
internal static class SizingRun
{
    public static int Steps(int works, int rounds) => (works * SizingSetup.All.Count) + (works * rounds);

    /// <param name="works">What to replay; null for the queue's file.</param>
    /// <param name="rounds">Rounds of each replay's time.</param>
    /// <param name="parallel">Child processes at a time.</param>
    /// <param name="advanced">Told of each step.</param>
    public static (IReadOnlyList<SizingRow> Rows, IReadOnlyList<SizingTime> Times) Measure(
        IReadOnlyList<(Trace Trace, string? File)> works, int rounds, int parallel, Action<int> advanced)
    {
        (Trace Trace, string? File, SizingSetup Setup)[] children =
            [.. from work in works from setup in SizingSetup.All select (work.Trace, work.File, setup)];
        SizingRow[] rows = new SizingRow[children.Length];
        Parallel.For(0, children.Length, new ParallelOptions { MaxDegreeOfParallelism = parallel }, i =>
        {
            (Trace trace, string? file, SizingSetup setup) = children[i];
            PhaseReport report = PhaseProcess.Measure(["--sizing", setup.Name, .. file == null ? (string[])[] : ["--trace", file]]).Report;
            rows[i] = new SizingRow(trace.Name, setup.Name, report.Sizing!);
            lock (rows)
            {
                advanced(1);
            }
        });

        return (rows, [.. works.SelectMany(work => Time(work.Trace, rounds, advanced))]);
    }

    // Each work with classes of its own.
    private static IEnumerable<SizingTime> Time(Trace trace, int rounds, Action<int> advanced)
    {
        Subject[] subjects =
        [
            .. from setup in SizingSetup.All
               where setup.Classes != SizingSetup.Original
               select new NativeSubject(new Contender<SlabThreadHeapContender>(setup.Name, setup.ToOptions(trace))),
        ];
        RunResults results = BenchmarkRun.Measure([new TraceWorkload(trace, threads: false)], subjects, rounds, advanced);
        return results.Values.Select(value => new SizingTime(trace.Name, value.Contender, value.Round, value.Value));
    }
}
