using BitSlab.Platform;

namespace BitSlab.Core;

/// <summary>
/// A lock in one int of native memory: 0 free, 1 taken. Held for tens of instructions and nearly never contended. It
/// spins and yields; it never waits in the runtime, whose waits can be interrupted and pump messages. Order of locks: an
/// allocator's gate, one heap, the chunk list, the reservation; registry stripes are leaves.
/// </summary>
internal static unsafe class CoreLock
{
    // A holder does at most a walk over one slab's 64 words; after this many looks it has surely lost its processor.
    private const int LooksBeforeYield = 64;

    public static void Enter(int* cell, OsPrimitives* os)
    {
        int looks = 0;
        while (!TryEnter(cell))
        {
            if (++looks >= LooksBeforeYield)
            {
                looks = 0;
                os->Yield();
            }
        }
    }

    // The compare-and-swap is a full barrier: what the last holder wrote is seen.
    public static bool TryEnter(int* cell) => Atomic.LoadAcquire(cell) == 0 && Atomic.CompareExchange(cell, 1, 0);

    // Release: the next holder sees what was written under the lock.
    public static void Exit(int* cell) => Atomic.StoreRelease(cell, 0);
}
