using System;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace BitSlab.Traces;

/// <summary>Real threads that start together; the first failure ends them all and is thrown to the caller.</summary>
internal sealed class ReplayThreads
{
    // A look at a stage costs a few ns. This many bridge what a neighbour on the other core needs for one operation; after that
    // the processor goes to the next thread, since there are often more threads than cores and one of them is waited for.
    private const int SpinsBeforeYield = 64;

    private ExceptionDispatchInfo? _failure;
    private volatile bool _abandoned;

    /// <summary>Runs the body once for each index, each on a thread of its own; the time from the start signal to the last one's end.</summary>
    public static TimeSpan Run(int count, Action<int, ReplayThreads> body)
    {
        ReplayThreads self = new();
        using Barrier start = new(count + 1);
        Thread[] threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int index = i;
            threads[i] = new Thread(() => self.Guard(index, start, body)) { IsBackground = true, Name = $"replay {index}" };
            threads[i].Start();
        }

        start.SignalAndWait();
        long begin = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        self._failure?.Throw();
        return elapsed;
    }

    /// <summary>Waits until the stage is as wanted. Returns at once in nearly all cases: most objects die where they were born.</summary>
    public void WaitFor(ref readonly int stage, int wanted)
    {
        if (Volatile.Read(in stage) != wanted)
        {
            WaitLong(in stage, wanted);
        }
    }

    private void WaitLong(ref readonly int stage, int wanted)
    {
        // Acquire pairs with the release of the thread that had the stage before.
        for (int spins = 0; Volatile.Read(in stage) != wanted; spins++)
        {
            if (_abandoned)
            {
                throw new OperationCanceledException(); // ends this thread; never leaves Run
            }

            if (spins < SpinsBeforeYield)
            {
                Thread.SpinWait(1);
            }
            else
            {
                spins = SpinsBeforeYield; // stays there, whatever the wait
                Thread.Yield();
            }
        }
    }

    private void Guard(int index, Barrier start, Action<int, ReplayThreads> body)
    {
        start.SignalAndWait();
        try
        {
            body(index, this);
        }
        catch (OperationCanceledException) when (_abandoned)
        {
            // The thread that failed has recorded why.
        }
#pragma warning disable CA1031 // whatever it is, it belongs on the caller's thread
        catch (Exception failure)
#pragma warning restore CA1031
        {
            // The first failure stays. Whoever looks at it has joined this thread.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
            _abandoned = true;
        }
    }
}
