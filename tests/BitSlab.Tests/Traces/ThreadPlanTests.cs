using System;
using System.Linq;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Traces;

public sealed class ThreadPlanTests
{
    [Fact]
    public void Each_allocation_is_a_new_object_and_frees_wait_for_the_last_realloc_only()
    {
        Trace trace = new TraceWriter { Threads = 4, Slots = 2 }
            .Alloc(0, 10)
            .Realloc(0, 20, thread: 1)
            .Free(0, thread: 3)
            .AllocZeroed(0, 30, thread: 1)
            .Free(0)
            .ToTrace();

        ThreadPlan plan = ThreadPlan.Of(trace);

        Assert.Equal(2, plan.ObjectCount);
        Assert.Equal(3, plan.Threads.Length); // thread 2 has no event
        Assert.Equal([(0, 0, 0), (4, 1, 1)], Steps(0));
        Assert.Equal([(1, 0, 1), (3, 1, 0)], Steps(1));
        Assert.Equal([(2, 0, 2)], Steps(2));
        Assert.Equal([20UL], plan.Threads[2].Select(step => step.PreviousSize));

        (int Event, int Object, int Stage)[] Steps(int thread) =>
            [.. plan.Threads[thread].Select(step => (step.Event, step.Object, step.Stage))];
    }

    [Fact]
    public void A_failure_on_one_thread_ends_those_that_wait_for_it()
    {
        // Thread 1 can never go on: thread 0 fails before it makes the second object.
        Trace trace = new TraceWriter { Threads = 2, Slots = 2 }
            .Aligned(0, 1, 64)
            .Alloc(1, 8)
            .Free(1, thread: 1)
            .Free(0, thread: 1)
            .ToTrace();

        Assert.Throws<VerificationException>(() =>
            ThreadedVerifyingReplay.Run(trace, new Contender<Broken<Misaligned>>("late"), advanced: null));
    }

    [Fact]
    public void The_threads_start_together_and_the_first_failure_is_thrown()
    {
        int ran = 0;

        TimeSpan elapsed = ReplayThreads.Run(3, (_, _) => System.Threading.Interlocked.Increment(ref ran));

        Assert.Equal(3, ran);
        Assert.True(elapsed > TimeSpan.Zero);
        Assert.Throws<TimeZoneNotFoundException>(() => ReplayThreads.Run(2, (index, threads) =>
        {
            if (index == 0)
            {
                throw new TimeZoneNotFoundException();
            }

            int never = 0;
            threads.WaitFor(in never, 1);
        }));
    }
}
