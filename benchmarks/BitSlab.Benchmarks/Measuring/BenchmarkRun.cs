using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Workloads;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Measuring;

/// <summary>
/// Measures family by family: first all its work is warmed up, then each workload goes round by round, the contenders in turn
/// (A B C, A B C, …). What the machine does to one of them it does to all.
/// </summary>
internal static class BenchmarkRun
{
    private sealed record Entry(Workload Workload, string Contender, ITimedWork Work);

    /// <param name="workloads">What to measure.</param>
    /// <param name="subjects">Who takes part.</param>
    /// <param name="rounds">Rounds of each.</param>
    /// <param name="advanced">Told of each round how many workloads had it.</param>
    public static RunResults Measure(
        IEnumerable<Workload> workloads, IReadOnlyList<Subject> subjects, int rounds, Action<int> advanced)
    {
        RunResults results = new();
        foreach (IGrouping<string, Workload> family in workloads.GroupBy(workload => workload.Family))
        {
            Entry[] entries =
            [
                .. family.SelectMany(workload => workload.CreateAll(subjects).Select(pair => new Entry(workload, pair.Contender, pair.Work))),
            ];
            try
            {
                TimedRounds.WarmUp([.. entries.Select(entry => entry.Work)], () => { });
                foreach (IGrouping<string, Workload> turn in family.GroupBy(workload => workload.Turn))
                {
                    Measure(results, [.. entries.Where(entry => turn.Contains(entry.Workload))], rounds, () => advanced(turn.Count()));
                }
            }
            finally
            {
                foreach (Entry entry in entries)
                {
                    entry.Work.Dispose();
                }
            }
        }

        return results;
    }

    private static void Measure(RunResults results, Entry[] entries, int rounds, Action advanced)
    {
        GC.Collect();
        for (int round = 1; round <= rounds; round++)
        {
            foreach ((Workload workload, string contender, ITimedWork work) in entries)
            {
                TimeSpan elapsed = work.Round();
                if (work is ILatencyWork latency)
                {
                    results.AddLatencies(workload, contender, round, latency.Latencies);
                }
                else
                {
                    results.AddTime(workload, contender, round, elapsed);
                }
            }

            advanced();
        }
    }
}
