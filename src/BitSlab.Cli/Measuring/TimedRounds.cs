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
    // Optimised code comes 100 ms after the last new method was seen, compiled in the background, in two steps (first with
    // counters, then with what they told). These bounds leave room for both, also where a round takes microseconds.
    private const int MinimumPasses = 3;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_minimumWarmUp = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs all the work there will be, in turn, since the compiler learns from what it sees: no contender may be cold.</summary>
    public static void WarmUp(IReadOnlyCollection<ITimedWork> works, Action advanced)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int pass = 0; pass < MinimumPasses || Stopwatch.GetElapsedTime(begin) < s_minimumWarmUp; pass++)
        {
            foreach (ITimedWork work in works)
            {
                work.Round();
                if (pass < MinimumPasses)
                {
                    advanced();
                }
            }

            if (pass < MinimumPasses)
            {
                Thread.Sleep(s_pause);
            }
        }
    }

    /// <summary>The steps that <see cref="WarmUp"/> reports.</summary>
    public static int WarmUpSteps(int works) => works * MinimumPasses;

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
