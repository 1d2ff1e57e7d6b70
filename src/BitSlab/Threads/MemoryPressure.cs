using System;
using System.Runtime.ConstrainedExecution;
using BitSlab.Core;

namespace BitSlab.Threads;

/// <summary>
/// Gives all back that can be given back when memory is short, by the garbage collector's own judgement: an object that nobody holds and whose
/// finalizer registers it anew is finalized by each full collection.
/// </summary>
internal sealed class MemoryPressure : CriticalFinalizerObject
{
    private MemoryPressure()
    {
    }

    ~MemoryPressure()
    {
        if (!Environment.HasShutdownStarted)
        {
            Respond(GC.GetGCMemoryInfo(GCKind.Any));
            GC.ReRegisterForFinalize(this);
        }
    }

    public static void Watch()
    {
        // There the runtime does not tell how much memory is in use.
        if (!OperatingSystem.IsBrowser() && !OperatingSystem.IsWasi())
        {
            _ = new MemoryPressure();
        }
    }

    /// <summary>What each full collection brings about.</summary>
    /// <returns>Whether memory was short.</returns>
    public static bool Respond(GCMemoryInfo info) => Respond(info.MemoryLoadBytes, info.HighMemoryLoadThresholdBytes);

    /// <summary>The same for a given load, and the load from which on memory is short, in bytes.</summary>
    public static unsafe bool Respond(long load, long high)
    {
        bool isShort = high > 0 && load >= high;
        if (isShort)
        {
            ThreadRegistry.OrphanHeapsOfDeadThreads();
            Rounds.TrimAll(ProcessMemory.Reservation);
        }

        return isShort;
    }
}
