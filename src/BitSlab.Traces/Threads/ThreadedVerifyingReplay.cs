using System;
using System.Threading;

namespace BitSlab.Traces;

/// <summary>Replays each thread of a trace on a real thread, with every check.</summary>
internal sealed class ThreadedVerifyingReplay(Trace trace, Contender subject, Action<int>? advanced, bool trims) : IContenderVisitor<bool>
{
    private struct SharedBlock
    {
        public VerifiedBlock Block;

        /// <summary>Allocs and reallocs done. Written last, with release: who sees the number sees the block.</summary>
        public int Stage;

        public bool Aligned;
    }

    private readonly ThreadPlan _plan = ThreadPlan.Of(trace);

    /// <exception cref="VerificationException">The contender broke its promise.</exception>
    public static void Run(Trace trace, Contender contender, Action<int>? advanced = null, bool trims = false)
        => contender.Accept(new ThreadedVerifyingReplay(trace, contender, advanced, trims));

    public bool Visit<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        using SlabAllocator? allocator = subject.CreateAllocator();
        using TrimmingThread? trimming = trims ? new TrimmingThread(allocator ?? SlabAllocator.Shared) : null;
        SharedBlock[] blocks = new SharedBlock[_plan.ObjectCount];
        ReplayThreads.Run(_plan.Threads.Length, (index, threads) => RunThread<T>(_plan.Threads[index], allocator, blocks, threads));
        FreeRest(T.Open(allocator), blocks);
        return true;
    }

    private void RunThread<T>(ThreadStep[] steps, SlabAllocator? allocator, SharedBlock[] blocks, ReplayThreads threads)
        where T : struct, IContender<T>, allows ref struct
    {
        T opened = T.Open(allocator);
        for (int i = 0; i < steps.Length; i++)
        {
            Step(opened, steps[i], ref blocks[steps[i].Object], threads);
            if (i % VerifyingReplay.EventsPerReport == VerifyingReplay.EventsPerReport - 1)
            {
                advanced?.Invoke(VerifyingReplay.EventsPerReport);
            }
        }

        advanced?.Invoke(steps.Length % VerifyingReplay.EventsPerReport);
    }

    private void Step<T>(T contender, in ThreadStep step, ref SharedBlock shared, ReplayThreads threads)
        where T : struct, IContender<T>, allows ref struct
    {
        threads.WaitFor(in shared.Stage, step.Stage);
        ref readonly TraceEvent e = ref trace.Events[step.Event];
        switch (e.Op)
        {
            case TraceOp.Free:
            case TraceOp.AlignedFree:
                shared.Block.Free(contender, e, step.Event);
                return;
            case TraceOp.Realloc:
            case TraceOp.AlignedRealloc:
                shared.Block.Reallocate(contender, subject.MinimumAlignment, e, step.Event);
                break;
            default:
                shared.Aligned = e.Op == TraceOp.AlignedAlloc;
                shared.Block.Allocate(contender, subject.MinimumAlignment, e, step.Event);
                break;
        }

        // Release: who waits for the stage finds the block and what is known of it.
        Volatile.Write(ref shared.Stage, step.Stage + 1);
    }

    private void FreeRest<T>(T contender, SharedBlock[] blocks)
        where T : struct, IContender<T>, allows ref struct
    {
        uint[] slots = new uint[blocks.Length];
        foreach (ThreadStep[] steps in _plan.Threads)
        {
            foreach (ThreadStep step in steps)
            {
                slots[step.Object] = trace.Events[step.Event].Slot;
            }
        }

        for (int i = 0; i < blocks.Length; i++)
        {
            if (blocks[i].Block.Address != 0)
            {
                TraceEvent last = new(blocks[i].Aligned ? TraceOp.AlignedFree : TraceOp.Free, 0, slots[i], 0, 0);
                blocks[i].Block.Free(contender, last, trace.Events.Length);
            }
        }
    }
}
