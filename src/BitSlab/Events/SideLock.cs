using BitSlab.Core;
using BitSlab.Platform;

namespace BitSlab.Events;

/// <summary>
/// The lock of one side of a queue. Where several threads may be on that side it is a spin lock. Where there is one it costs that one two
/// plain stores and a load, and others, who come rarely, a process-wide barrier. Nobody else's code runs under it.
/// </summary>
/// <remarks>
/// The single user says that it is inside, then looks for a claim; another claims, has a barrier run on every thread, then looks whether
/// the user is inside. If the user's look came before the claim, its store before that look is out by the end of the barrier.
/// </remarks>
internal unsafe struct SideLock
{
    private const int LooksBeforeYield = 64;

    // 1 while a user of the side is inside.
    private int _inside;

    // 1 while another than the single user is inside, or wants to be. Others come one at a time: they hold the queue's gate.
    private int _claim;

    // Set once, before anybody comes.
    public bool IsShared;

    public static void Enter(SideLock* side, OsPrimitives* os)
    {
        if (side->IsShared)
        {
            EnterShared(side, os);
            return;
        }

        // In this order in the code; the processor may turn them round, but not across the other's barrier.
        Atomic.StoreRelease(&side->_inside, 1);
        if (Atomic.LoadAcquire(&side->_claim) != 0)
        {
            EnterBehindClaim(side, os);
        }
    }

    // Release: the next one inside sees what was written here.
    public static void Exit(SideLock* side) => Atomic.StoreRelease(&side->_inside, 0);

    /// <summary>By another than those of the side.</summary>
    public static void EnterAsOther(SideLock* side, OsPrimitives* os)
    {
        if (side->IsShared)
        {
            EnterShared(side, os);
            return;
        }

        // The claim, a barrier on every thread, the look whether the side is inside: as HeapLock has it.
        Atomic.StoreRelease(&side->_claim, 1);
        os->ProcessBarrier();

        // From here on the user finds the claim. Acquire pairs with its exit.
        while (Atomic.LoadAcquire(&side->_inside) != 0)
        {
            os->Yield();
        }
    }

    // Release: the next one inside sees what was written here.
    public static void ExitAsOther(SideLock* side) =>
        Atomic.StoreRelease(side->IsShared ? &side->_inside : &side->_claim, 0);

    private static void EnterShared(SideLock* side, OsPrimitives* os)
    {
        int looks = 0;

        // Looked at first: a compare-and-swap that fails takes the line from the one inside. It is a full barrier: what the last one wrote
        // is seen.
        while (Atomic.LoadAcquire(&side->_inside) != 0 || !Atomic.CompareExchange(&side->_inside, 1, 0))
        {
            if (++looks >= LooksBeforeYield)
            {
                looks = 0;
                os->Yield();
            }
        }
    }

    private static void EnterBehindClaim(SideLock* side, OsPrimitives* os)
    {
        do
        {
            // Release: nothing was done inside.
            Atomic.StoreRelease(&side->_inside, 0);

            // Acquire pairs with the other's exit.
            while (Atomic.LoadAcquire(&side->_claim) != 0)
            {
                os->Yield();
            }

            // Said, then looked, as in Enter: the other's barrier stands between its claim and its look.
            Atomic.StoreRelease(&side->_inside, 1);
        }
        while (Atomic.LoadAcquire(&side->_claim) != 0);
    }
}
