using System;
using System.Threading;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Phases;

/// <summary>Threads that come and go, and leave blocks behind.</summary>
internal sealed class ThreadsPhase() : Phase(
    "threads",
    "200 threads come and go, 8 alive at a time; each allocates 4,000 events and frees half, the main thread frees the rest after the thread ended",
    idleSeconds: 15)
{
    private const int Threads = 200;
    private const int Alive = 8;

    // Of the events of a fill, for each thread.
    private const int Part = 250;

    // Little, since what a stack takes would count as the contender's.
    private const int StackBytes = 256 * 1024;

    public override PhaseRun Prepare<T>(PhaseScale scale) => new ThreadsRun<T>(Math.Max(2, scale.Events / Part));

    private sealed class ThreadsRun<T> : PhaseRun
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly EventTable[] _tables = new EventTable[Alive];
        private readonly Thread[] _threads = new Thread[Threads];

        public ThreadsRun(int events)
        {
            for (int slot = 0; slot < Alive; slot++)
            {
                _tables[slot] = new EventTable(events, LargestEvent);
            }

            for (int i = 0; i < Threads; i++)
            {
                EventTable table = _tables[i % Alive];
                _threads[i] = new Thread(() => AllocateAndFreeHalf(table), StackBytes);
            }
        }

        public override void Run(PhaseLog log)
        {
            for (int i = 0; i < Threads + Alive; i++)
            {
                EventTable table = _tables[i % Alive];
                if (i >= Alive)
                {
                    _threads[i - Alive].Join();
                    table.Free<T>(1, table.Count, 2);
                }

                if (i < Threads)
                {
                    _threads[i].Start();
                }
            }

            log.Mark(PhaseMark.Freed, 0);
        }

        private static void AllocateAndFreeHalf(EventTable table)
        {
            table.Fill<T>(0, table.Count);
            table.Free<T>(0, table.Count, 2);
        }
    }
}
