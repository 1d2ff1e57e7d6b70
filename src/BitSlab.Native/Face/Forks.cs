using System.Runtime;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>
/// A fork copies one thread, and the locks and half-done changes of all. So everything is brought to a standstill before, and goes on behind
/// it, in the child without the other threads: their heaps are anyone's. A process of one thread has nothing to stop, and may fork wherever it is.
/// </summary>
internal static unsafe class Forks
{
    // Who stopped the others, and in the child its copy; null while all goes on. Under the threads' lock; others compare it with themselves.
    private static NativeThread* s_stopper;

    [RuntimeExport("bs_core_fork_prepare")]
    public static void Prepare()
    {
        // The allocator is made now if another thread is making it: half made it would be of no use to the child.
        if (Shim.IsOnlyThread() != 0 || !Process.Require())
        {
            return;
        }

        // The C library locks its list of streams behind this, and whoever holds that lock may want memory before it lets go.
        Shim.LockStreams();

        // No thread takes or leaves a heap.
        Threads.Enter();
        Standstill.Enter(Process.Reservation);
        s_stopper = Shim.Thread();
    }

    [RuntimeExport("bs_core_fork_parent")]
    public static void GoOnInParent()
    {
        if (s_stopper == Shim.Thread())
        {
            s_stopper = null;
            Standstill.Exit(Process.Reservation);
            Threads.Exit();
            Shim.UnlockStreams();
        }
    }

    [RuntimeExport("bs_core_fork_child")]
    public static void GoOnInChild()
    {
        NativeThread* thread = Shim.Thread();
        if (s_stopper == thread)
        {
            s_stopper = null;
            Standstill.ExitAlone(Process.Reservation, Threads.Token(thread));
            Threads.ForgetOthers(thread);
            Threads.Exit();
            Shim.ResetStreams();

            // What the others had lies idle; and one of them may have been about to start the timer, or to run a round.
            Rounds.TimerFailed(Process.Reservation);
            Rounds.EnsureTimer(Process.Reservation);
        }
    }
}
