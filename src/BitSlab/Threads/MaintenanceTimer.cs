using System;
using System.Threading;
using BitSlab.Core;

namespace BitSlab.Threads;

/// <summary>The process's one timer: it runs while some allocator keeps memory that may turn out idle.</summary>
internal static unsafe class MaintenanceTimer
{
    private static Timer? s_timer;

    /// <summary>Has the next round run after its period. Called at the end of frees, too: whatever goes wrong, it does not throw.</summary>
    public static void Start()
    {
        try
        {
            Prepare();
            s_timer!.Change(IdleMemory.TickMilliseconds, Timeout.Infinite);
        }
        catch (ThreadInterruptedException)
        {
            // Somebody interrupts this thread, and means its next own wait.
            Rounds.TimerFailed(ProcessMemory.Reservation);
            Thread.CurrentThread.Interrupt();
        }
#pragma warning disable CA1031 // no thread, no memory: the next that leaves memory idle tries again
        catch (Exception)
#pragma warning restore CA1031
        {
            Rounds.TimerFailed(ProcessMemory.Reservation);
        }
    }

    private static void Run()
    {
        // Some threads may have ended since: what they allocated from is nobody's.
        ThreadRegistry.OrphanHeapsOfDeadThreads();
        bool goOn = Rounds.Tick(ProcessMemory.Reservation);
        LearnAll();
        if (goOn)
        {
            Start();
        }
    }

    private static void LearnAll()
    {
        foreach (SlabAllocator allocator in LiveAllocators.All)
        {
            try
            {
                allocator.Learn();
            }
#pragma warning disable CA1031 // no memory, or what listens to the event throws: no reason to end the process
            catch (Exception)
#pragma warning restore CA1031
            {
                // What was sampled is there still, for another time.
            }
        }
    }

    private static void Prepare()
    {
        // Acquire pairs with the compare-and-swap that put it there: the timer is complete.
        if (Volatile.Read(ref s_timer) != null)
        {
            return;
        }

        // Whoever comes first must not have its context kept alive by the timer. Of two at once one's timer is never started.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            Interlocked.CompareExchange(ref s_timer, new Timer(static _ => Run(), null, Timeout.Infinite, Timeout.Infinite), null);
        }
    }
}
