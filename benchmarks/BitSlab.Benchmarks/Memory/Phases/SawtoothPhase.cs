using System;
using System.Diagnostics;
using System.Threading;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Phases;

/// <summary>A queue that fills and drains every second.</summary>
internal sealed class SawtoothPhase() : Phase(
    PhaseName, "200,000 events in, then out in their order, once a second, 15 times", idleSeconds: 15)
{
    public const string PhaseName = "sawtooth";

    // Of the events of a fill.
    private const int Part = 5;

    public override PhaseRun Prepare<T>(PhaseScale scale) =>
        new SawtoothRun<T>(new EventTable(scale.Events / Part, LargestEvent), scale.Cycles, scale.CyclePeriod);

    private sealed class SawtoothRun<T>(EventTable events, int cycles, TimeSpan period) : PhaseRun
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly long _full = events.Bytes;

        public override void Run(PhaseLog log)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int cycle = 1; cycle <= cycles; cycle++)
            {
                log.BeginCycle();
                events.Fill<T>(0, events.Count);
                if (cycle == cycles)
                {
                    log.Mark(PhaseMark.Full, _full);
                }

                events.Free<T>(0, events.Count, 1);
                log.EndCycle(events.Count);
                TimeSpan rest = (cycle * period) - Stopwatch.GetElapsedTime(begin);
                if (cycle < cycles && rest > TimeSpan.Zero)
                {
                    Thread.Sleep(rest);
                }
            }

            log.Mark(PhaseMark.Freed, 0);
        }
    }
}
