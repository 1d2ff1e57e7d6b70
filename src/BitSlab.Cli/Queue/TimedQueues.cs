using System;
using System.Diagnostics;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Queue;

/// <summary>The burst on this thread; on two, the producer fills and the consumer clears, one after the other.</summary>
internal sealed class TimedBurst<T, TPayload>(BurstQueue queue, SlabAllocator? allocator, bool threads) : ITimedWork
    where T : struct, IContender<T>, allows ref struct
    where TPayload : struct, IPayload
{
    private readonly WorkerThread? _producer = threads ? new WorkerThread("producer") : null;
    private readonly WorkerThread? _consumer = threads ? new WorkerThread("consumer") : null;

    public TimeSpan Round()
    {
        long begin = Stopwatch.GetTimestamp();
        On(_producer, () => queue.Fill(T.Open(allocator), default(TPayload)));
        On(_consumer, () => queue.Clear(T.Open(allocator)));
        return Stopwatch.GetElapsedTime(begin);
    }

    public void Dispose()
    {
        _producer?.Dispose();
        _consumer?.Dispose();
        allocator?.Dispose();
    }

    private static void On(WorkerThread? worker, Action work)
    {
        if (worker is null)
        {
            work();
        }
        else
        {
            worker.Begin(work);
            worker.Wait();
        }
    }
}

/// <summary>The steady queue on this thread.</summary>
internal sealed class TimedSteady<T> : ITimedWork
    where T : struct, IContender<T>, allows ref struct
{
    private readonly SteadyQueue _queue;
    private readonly SlabAllocator? _allocator;

    public TimedSteady(int[] sizes, int length, SlabAllocator? allocator)
    {
        _allocator = allocator;
        _queue = new SteadyQueue(sizes, length);
        _queue.Fill(T.Open(allocator));
    }

    public TimeSpan Round()
    {
        long begin = Stopwatch.GetTimestamp();
        _queue.Run(T.Open(_allocator));
        return Stopwatch.GetElapsedTime(begin);
    }

    public void Dispose()
    {
        _queue.Clear(T.Open(_allocator));
        _allocator?.Dispose();
    }
}
