using System.Linq;
using System.Threading;
using BitSlab.Core;
using BitSlab.Tests.Support;
using BitSlab.Tests.Traces;
using BitSlab.Threads;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>The project's traces, verified by allocators that learn, while another thread does what the timer does, all the time.</summary>
[Collection(AloneCollection.Name)]
public sealed unsafe class LearningTraceTests
{
    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            TheoryData<string, string, bool> cases = [];
            foreach (string trace in (string[])["mosquitto", "sqlite", "libzmq-paced", "beanstalkd"])
            {
                foreach (string path in (string[])["bitslab-instance", "bitslab-handle", "classic"])
                {
                    cases.Add(trace, path, false);
                    cases.Add(trace, path, true);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_trace_is_verified_while_its_sizes_are_learned(string name, string path, bool threads)
    {
        // The larger step leaves something to learn at alignment 16, too, where the default is nearly the best for some traces.
        Trace trace = TraceFiles.Read(name);
        SlabAllocatorOptions options = (path == "classic" ? SlabAllocatorOptions.Classic : SlabAllocatorOptions.Default) with
        {
            Name = $"{nameof(LearningTraceTests)} {name} {path} {threads}",
            Adaptive = AdaptiveSizing.Learn,
            ClassGranularity = 64,
        };
        Contender contender = ContenderCatalog.For(options).Find(path == "classic" ? "bitslab-instance" : path)!;
        bool done = false;
        int changes = 0;
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
                while (Volatile.Read(ref changes) == 0);
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
                foreach (SlabAllocator allocator in LiveAllocators.All.Where(each => each.Options.Name == options.Name))
                {
                    allocator.Learn();
                    if (allocator.TryObserve(out SlabStatistics? statistics))
                    {
                        Volatile.Write(ref changes, int.Max(changes, statistics.Sizing.Changes));
                    }
                }
            }
        }
    }
}
