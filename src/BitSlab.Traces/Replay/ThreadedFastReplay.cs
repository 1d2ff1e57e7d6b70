using System;
using System.Threading;

namespace BitSlab.Traces;

/// <summary>Replays each thread of a trace on a real thread without checks, slice by slice as <see cref="FastReplay"/> does.</summary>
internal sealed unsafe class ThreadedFastReplay
{
    private struct SharedBlock
    {
        public nint Address;

        /// <summary>Allocs and reallocs done. Written last, with release: who sees the number sees the address.</summary>
        public int Stage;

        public bool Aligned;
    }

    private readonly ThreadPlan _plan;
    private readonly SharedBlock[] _blocks;

    public ThreadedFastReplay(Trace trace)
    {
        _plan = ThreadPlan.Of(trace);
        _blocks = new SharedBlock[_plan.ObjectCount];
        Array.Fill(_blocks, new SharedBlock { Stage = -1 }); // resident before the memory is measured
        Array.Clear(_blocks);
    }

    /// <summary>Replays all events; the time from the common start to the end of the last thread. The rest is freed untimed.</summary>
    public TimeSpan Run<T, TPayload>(SlabAllocator? allocator, TPayload payload)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        TimeSpan elapsed = ReplayThreads.Run(
            _plan.Threads.Length, (index, threads) => RunThread<T, TPayload>(_plan.Threads[index], allocator, payload, threads));
        FreeRest(T.Open(allocator));
        Array.Clear(_blocks);
        return elapsed;
    }

    private void RunThread<T, TPayload>(ThreadStep[] steps, SlabAllocator? allocator, TPayload payload, ReplayThreads threads)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        T contender = T.Open(allocator);
        for (int start = 0; start < steps.Length; start += FastReplay.SliceLength)
        {
            int length = Math.Min(FastReplay.SliceLength, steps.Length - start);
            RunSlice(contender, payload, steps.AsSpan(start, length), threads);
        }
    }

    private void RunSlice<T, TPayload>(T contender, TPayload payload, ReadOnlySpan<ThreadStep> steps, ReplayThreads threads)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        SharedBlock[] blocks = _blocks;
        foreach (ref readonly ThreadStep step in steps)
        {
            ref SharedBlock shared = ref blocks[step.Object];
            nuint size = (nuint)step.Size;
            threads.WaitFor(in shared.Stage, step.Stage);
            void* block = (void*)shared.Address;
            if (step.Op is TraceOp.Free or TraceOp.AlignedFree)
            {
                if (step.Op == TraceOp.Free)
                {
                    contender.Free(block);
                }
                else
                {
                    contender.AlignedFree(block);
                }

                payload.Freed((nuint)step.PreviousSize);
                shared.Address = 0;
                continue;
            }

            if (step.Op is TraceOp.Realloc or TraceOp.AlignedRealloc)
            {
                block = step.Op == TraceOp.Realloc
                    ? contender.Realloc(block, size)
                    : contender.AlignedRealloc(block, size, step.Alignment);
                payload.Reallocated(block, (nuint)step.PreviousSize, size);
            }
            else
            {
                block = step.Op switch
                {
                    TraceOp.Alloc => contender.Alloc(size),
                    TraceOp.AllocZeroed => contender.AllocZeroed(size),
                    _ => contender.AlignedAlloc(size, step.Alignment),
                };
                payload.Allocated(block, size);
                shared.Aligned = step.Op == TraceOp.AlignedAlloc;
            }

            shared.Address = (nint)block;

            // Release: who waits for the stage finds the block and its contents.
            Volatile.Write(ref shared.Stage, step.Stage + 1);
        }
    }

    private void FreeRest<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        foreach (ref SharedBlock shared in _blocks.AsSpan())
        {
            if (shared.Address == 0)
            {
                continue;
            }

            if (shared.Aligned)
            {
                contender.AlignedFree((void*)shared.Address);
            }
            else
            {
                contender.Free((void*)shared.Address);
            }
        }
    }
}
