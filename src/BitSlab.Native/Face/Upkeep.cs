using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>
/// Maintenance without a timer: a program that allocates comes by often enough, and one that does not is told by <c>bs_trim</c>. Looked at by
/// slow paths, with no lock held.
/// </summary>
internal static unsafe class Upkeep
{
    // 0: not wanted. Written by whoever starts the timer or has run a round; a look at an old value is a round late.
    private static ulong s_due;

    /// <summary>What the core calls to have a round run after its period.</summary>
    public static void Start()
    {
        fixed (ulong* due = &s_due)
        {
            Atomic.StoreRelease(due, Shim.Milliseconds() + IdleMemory.TickMilliseconds);
        }
    }

    /// <summary>Runs a round, if it is time.</summary>
    public static void Look()
    {
        fixed (ulong* due = &s_due)
        {
            ulong at = Atomic.LoadAcquire(due);

            // One of those that see it is time goes.
            if (at == 0 || Shim.Milliseconds() < at || !Atomic.CompareExchange(due, 0, at))
            {
                return;
            }
        }

        if (Rounds.Tick(Process.Reservation))
        {
            Start();
        }
    }
}
