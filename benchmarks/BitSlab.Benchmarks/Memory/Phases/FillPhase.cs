using System;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Benchmarks.Workloads;

namespace BitSlab.Benchmarks.Memory.Phases;

/// <summary>Fills, and frees all or some of it.</summary>
/// <param name="name">Its name in the figures.</param>
/// <param name="work">What is done, for the report.</param>
/// <param name="order">Of so many events, the indices of those to free, in their order.</param>
internal sealed class FillPhase(string name, string work, Func<int, int[]> order) : Phase(name, work, idleSeconds: 30)
{
    private const ulong Seed = 90;

    public override PhaseRun Prepare<T>(PhaseScale scale) =>
        new FillRun<T>(new EventTable(scale.Events, LargestEvent), order(scale.Events));

    public static int[] All(int events) => [.. Enumerable.Range(0, events)];

    public static int[] EverySecond(int events) => [.. Enumerable.Range(0, events / 2).Select(i => 2 * i)];

    public static int[] NineOfTen(int events)
    {
        int[] order = All(events);
        XorShift random = new(Seed);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int other = random.Below(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order[..(events / 10 * 9)];
    }

    private sealed class FillRun<T>(EventTable events, int[] freed) : PhaseRun
        where T : struct, BitSlab.Traces.IContender<T>, allows ref struct
    {
        private readonly long _full = events.Bytes;
        private readonly long _left = events.Bytes - events.BytesOf(freed);

        public override void Run(PhaseLog log)
        {
            events.Fill<T>(0, events.Count);
            log.Mark(PhaseMark.Full, _full);
            events.Free<T>(freed);
            log.Mark(PhaseMark.Freed, _left);
        }
    }
}
