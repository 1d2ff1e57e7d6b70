using System.Threading;
using BitSlab.Core;

namespace BitSlab.Threads;

/// <summary>The process's one timer: it runs while some allocator holds memory that may turn out idle.</summary>
internal static unsafe class MaintenanceTimer
{
    private static readonly Timer s_timer = Create();

    /// <summary>Has the next round run after its period.</summary>
    public static void Start()
    {
        try
        {
            s_timer.Change(IdleMemory.TickMilliseconds, Timeout.Infinite);
        }
        catch (ThreadInterruptedException)
        {
            // Somebody interrupts this thread, and means its next own wait. The next that leaves memory idle starts the timer.
            Thread.CurrentThread.Interrupt();
            Maintenance.TimerFailed(ProcessMemory.Reservation);
        }
    }

    private static void Run()
    {
        if (Maintenance.Tick(ProcessMemory.Reservation))
        {
            Start();
        }
    }

    private static Timer Create()
    {
        // Whoever comes first must not have its context kept alive by the timer.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            return new Timer(static _ => Run(), null, Timeout.Infinite, Timeout.Infinite);
        }
    }
}
