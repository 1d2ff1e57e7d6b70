using System;
using System.Collections.Generic;
using System.Threading;
using BitSlab.Learning;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>What is called while an allocator learns, and from where: nothing waits for good, nothing comes out of an innocent call.</summary>
[Collection(AloneCollection.Name)]
public sealed class LearningCallsTests
{
    private static readonly SlabAllocatorOptions s_options = new() { Adaptive = AdaptiveSizing.Learn, IdleGiveBack = false };

    [Fact]
    public void Who_hears_of_a_change_may_use_the_allocator()
    {
        // Who exports a profile does it best when the classes have changed. From another thread, so that a lock which is held here ends the wait and not
        // the tests behind this one.
        string name = nameof(Who_hears_of_a_change_may_use_the_allocator);
        using Subject subject = Subject.Of(Face.Instance, s_options with { Name = name, MinimumAlignment = 8 });
        bool? served = null;
        List<Thread> users = [];
        using var heard = new ChangeListener
        {
            Heard = allocator =>
            {
                if (allocator == name)
                {
                    var user = new Thread(() =>
                    {
                        subject.Allocator.Trim();
                        subject.Allocator.ExportProfile();
                    });
                    users.Add(user);
                    user.Start();
                    served = user.Join(5_000);
                }
            },
        };
        SampledLoad.Run(subject, 5, 17, 33, 49);
        users.ForEach(user => user.Join());
        Assert.NotNull(served);
        Assert.True(served, "A lock of the allocator is held while listeners hear of the change.");
    }

    [Fact]
    public void An_interrupt_never_comes_out_of_a_call_of_an_allocator_that_learns()
    {
        // Many sizes: it takes the learner some time to find their classes.
        Subject subject = Subject.Of(Face.Instance, s_options with { MinimumAlignment = 1, MaxManagedBlockSize = 16_384 });
        var random = new Random(1);
        SampledLoad.Run(subject, 4, () => random.Next(1, 16_384));
        var failures = new Exception?[3];
        int running = failures.Length;
        var threads = new Thread[failures.Length];
        for (int t = 0; t < threads.Length; t++)
        {
            int thread = t;
            threads[t] = new Thread(() =>
            {
                try
                {
                    for (int i = 0; i < 10; i++)
                    {
                        if (thread == 0)
                        {
                            for (int k = 0; k < SizeLearner.BurstLength; k++)
                            {
                                subject.Free(subject.Alloc((nuint)random.Next(1, 16_384)));
                            }

                            subject.Allocator.Tick();
                        }
                        else
                        {
                            for (int k = 0; k < 50; k++)
                            {
                                Whole.NotNegative(subject.Allocator.GetStatistics());
                            }
                        }
                    }
                }
                catch (Exception e)
                {
                    failures[thread] = e;
                }

                Interlocked.Decrement(ref running);
            })
            { IsBackground = true };
        }

        Array.ForEach(threads, thread => thread.Start());
        long deadline = Environment.TickCount64 + (long)Crowd.HangGuard.TotalMilliseconds;
        while (Volatile.Read(ref running) > 0)
        {
            Assert.True(Environment.TickCount64 < deadline, "A thread hangs.");
            Array.ForEach(threads, thread => thread.Interrupt());
            Thread.Yield();
        }

        Assert.All(failures, Assert.Null);
        subject.Dispose();
    }
}
