using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace BitSlab.Cli.Measuring;

/// <summary>One contender at one workload; a round is the whole workload once.</summary>
internal interface ITimedWork : IDisposable
{
    /// <summary>Runs the workload and leaves everything as it was; the time of the part that counts.</summary>
    TimeSpan Round();
}

/// <summary>Contenders in turn in one process (A B A B …), after a warm-up that has the optimised code in place.</summary>
internal static class TimedRounds
{
    // Code comes in three tiers: plain, with counters, and optimised by what those told. A method moves up once it was called
    // 30 times, in the background, 100 ms after the last new method was seen. So: run, pause, run, pause, and run again for the
    // caches' and the allocators' sake.
    private const int WarmUpStages = 3;
    private static readonly TimeSpan s_stage = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);

    /// <summary>Runs all the work there will be, in turn, since the compiler learns from what it sees: no contender may be cold.</summary>
    public static void WarmUp(IReadOnlyCollection<ITimedWork> works, Action advanced)
    {
        for (int stage = 0; stage < WarmUpStages; stage++)
        {
            long begin = Stopwatch.GetTimestamp();
            foreach (ITimedWork work in works)
            {
                work.Round();
                advanced();
            }

            // A short workload calls its methods 30 times only in many rounds.
            while (Stopwatch.GetElapsedTime(begin) < s_stage)
            {
                foreach (ITimedWork work in works)
                {
                    work.Round();
                }
            }

            Thread.Sleep(s_pause);
        }
    }

    /// <summary>The steps that <see cref="WarmUp"/> reports.</summary>
    public static int WarmUpSteps(int works) => works * WarmUpStages;

    /// <param name="contenders">One work for each contender.</param>
    /// <param name="rounds">Rounds of each.</param>
    /// <param name="operations">What a round's time is divided by.</param>
    /// <param name="advanced">Called after each round of each contender.</param>
    /// <returns>The contenders' times, in their order.</returns>
    public static Timing[] Measure(IReadOnlyList<ITimedWork> contenders, int rounds, long operations, Action advanced)
    {
        List<TimeSpan>[] times = [.. contenders.Select(_ => new List<TimeSpan>(rounds))];
        GC.Collect();
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                times[i].Add(contenders[i].Round());
                advanced();
            }
        }

        return [.. times.Select(time => Timing.Of(time, operations))];
    }
}
