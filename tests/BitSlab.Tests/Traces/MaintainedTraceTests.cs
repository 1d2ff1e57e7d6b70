using System.Threading;
using BitSlab.Core;
using BitSlab.Tests.Support;
using BitSlab.Threads;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Traces;

/// <summary>The project's traces, verified while another thread does nothing but maintain: ticks, and now and then a trim of everything.</summary>
[Collection(AloneCollection.Name)]
public sealed unsafe class MaintainedTraceTests
{
    public static TheoryData<string, string, bool> Cases => RealTraceTests.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_trace_is_verified_while_maintenance_runs_all_the_time(string name, string path, bool threads)
    {
        Trace trace = TraceFiles.Read(name);
        Contender contender = RealTraceTests.ContenderOf(path);
        bool done = false;
        int ticks = 0;
        Crowd.Run(Maintain, Replay);

        void Replay()
        {
            try
            {
                // On a busy machine the other thread may hardly run during one replay.
                do
                {
                    if (threads)
                    {
                        ThreadedVerifyingReplay.Run(trace, contender, advanced: null);
                    }
                    else
                    {
                        VerifyingReplay.Run(trace, contender, advanced: null);
                    }
                }
                while (Volatile.Read(ref ticks) < 20);
            }
            finally
            {
                Volatile.Write(ref done, true);
            }
        }

        void Maintain()
        {
            while (!Volatile.Read(ref done))
            {
                ThreadRegistry.OrphanHeapsOfDeadThreads();
                Rounds.Tick(ProcessMemory.Reservation);
                if (++ticks % 4 == 0)
                {
                    Rounds.TrimAll(ProcessMemory.Reservation);
                }
            }
        }
    }
}
