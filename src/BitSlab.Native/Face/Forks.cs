using System.Runtime;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>
/// A fork copies one thread, and the locks and half-done changes of all. So everything is brought to a standstill before, and goes on behind
/// it, in the child without the other threads: their heaps are anyone's.
/// </summary>
internal static unsafe class Forks
{
    [RuntimeExport("bs_core_fork_prepare")]
    public static void Prepare()
    {
        if (Process.Allocator != null)
        {
            // No thread takes or leaves a heap.
            Threads.Enter();
            Standstill.Enter(Process.Reservation);
        }
    }

    [RuntimeExport("bs_core_fork_parent")]
    public static void GoOnInParent()
    {
        if (Process.Allocator != null)
        {
            Standstill.Exit(Process.Reservation);
            Threads.Exit();
        }
    }

    [RuntimeExport("bs_core_fork_child")]
    public static void GoOnInChild()
    {
        if (Process.Allocator != null)
        {
            Standstill.ExitAlone(Process.Reservation);
            Threads.ForgetOthers(Shim.Thread());
            Threads.Exit();
        }
    }
}
