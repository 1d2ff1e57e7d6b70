using System;
using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Explorer.Engine;
using BitSlab.Platform;

namespace BitSlab.Explorer.Simulated;

/// <summary>The system under the core: plain memory that reads as zeros, and checks at the calls that take pages away.</summary>
internal static unsafe class TestSystem
{
    private const nuint Alignment = 1u << 16;

    public static OsPrimitives Primitives => new()
    {
        Reserve = &Reserve,
        ReserveTable = &Reserve,
        Commit = &Commit,
        Decommit = &TakePages,
        Purge = &TakePages,
        Release = &Release,
        WantHugePages = &WantHugePages,
        Populate = &Commit,
        Yield = &Yield,
        StartTimer = &StartTimer,
        ProcessBarrier = &ProcessBarrier,
        Malloc = &Malloc,
        FreeMalloc = &FreeMalloc,
        MallocUsableSize = &MallocUsableSize,
        PageSize = 4096,
    };

    // As large as this it comes from the OS, which hands out zeros and no pages.
    private static void* Reserve(nuint bytes) => NativeMemory.AllocZeroed(bytes + Alignment);

    private static bool Commit(void* address, nuint bytes) => true;

    private static bool WantHugePages(void* address, nuint bytes, bool wanted) => true;

    /// <summary>Whether a block that stands there is in its user's hands.</summary>
    public static Func<nint, nint, bool>? IsLive { get; set; }

    // The core never reads blocks, so their bytes stay. A freer's last store to one must be past: on real pages it would bring
    // a page back, or fault. The load is a point at which others may run: a call of the OS takes its time.
    private static bool TakePages(void* address, nuint bytes)
    {
        Atomic.LoadAcquire((ulong*)address);
        if (IsLive?.Invoke((nint)address, (nint)address + (nint)bytes) == true)
        {
            throw new ScenarioException("pages were taken away under a live block");
        }

        if (SimulatedThread.Current!.OthersHoldStoreIn((nint)address, (nint)address + (nint)bytes))
        {
            throw new ScenarioException("pages were taken away before a freer's last store to them was done");
        }

        return true;
    }

    private static void Release(void* address, nuint bytes) => NativeMemory.Free(address);

    private static void Yield() => SimulatedThread.Current!.Yield();

    // Nothing here happens by the clock.
    private static void StartTimer()
    {
    }

    private static void ProcessBarrier() => SimulatedThread.Current!.FenceAll();

    private static void* Malloc(nuint bytes, nuint alignment) => null;

    private static void FreeMalloc(void* block) => throw new ScenarioException("nothing came from malloc");

    private static nuint MallocUsableSize(void* block) => 0;
}
