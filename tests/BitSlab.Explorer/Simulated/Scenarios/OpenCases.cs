using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

// What a misuse can still do to the core when it is in flight at the worst moment. Each fails, which its test says: it is to
// move to the others once the core can refuse or bear it.

/// <summary>
/// The owner and another thread free one block, the last of its slab, at the same time, and maintenance takes the slab: the
/// other's bit made it look all free while the owner was still on its way to its own.
/// </summary>
internal sealed unsafe class RacedDoubleFreeBesideMaintenance : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "maintenance"];

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 3);
        FreeRemotely(_blocks[1]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeDoubtfully(_blocks[0]);
                break;
            case 1:
                FreeDoubtfully(_blocks[0], _heap, OwnerToken);
                break;
            default:
                Maintenance.TakeFromLiveOwner(_heap);
                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// A double free sets its bit behind its slab's give-back, and is collected; then a slab is born with the same words. One
/// misuse, counted once.
/// </summary>
internal sealed unsafe class StrayBitBeforeRebirth : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2, classes: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 3);
    }

    public override void Run(int thread)
    {
        if (thread < 2)
        {
            FreeDoubtfully(_blocks[0]);
            return;
        }

        Slab* slab = SlabOf(_blocks[0]);
        Collection.RunAll(_heap);
        if (Atomic.LoadAcquire(slab->FreeWords) == 1)
        {
            FreeLocally(_heap, _blocks[1]);
            Collection.RunAll(_heap);
            if (slab->Kind == (byte)SliceKind.FreedSlab && Atomic.LoadAcquire(Core.Reservation.RemoteWords(Reservation, slab)) != 0)
            {
                Take(_heap, 1);
            }
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// A double free stands before its bit while its slab and another are given back, and born anew, and its address is handed out again:
/// it then frees a live block, which nobody can tell from a correct free. The one open case, and documented.
/// </summary>
internal sealed unsafe class SecondFreeAfterHandOut : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2, classes: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 5);
        FreeLocally(_heap, _blocks[3]);
    }

    public override void Run(int thread)
    {
        if (thread < 2)
        {
            FreeDoubtfully(_blocks[0]);
            return;
        }

        Slab* slab = SlabOf(_blocks[0]);
        Collection.RunAll(_heap);
        if (Atomic.LoadAcquire(slab->FreeWords) == 1)
        {
            FreeLocally(_heap, _blocks[1]);
            FreeLocally(_heap, _blocks[2]);
            TakeMany(_heap, 3, 1);
        }
    }

    // Not looked at: a block handed out again before the second free came is freed by it, which nobody can tell.
    public override void Check()
    {
        Collection.RunAll(_heap);
        for (int k = 0; k < SlicesInUse; k++)
        {
            Slab* slab = Reservation->Slabs + k;
            bool pending = slab->Kind == (byte)SliceKind.Slab && *Core.Reservation.RemoteWords(Reservation, slab) != 0;
            Require(!pending || Collection.IsReady(_heap, 0), "a stray bit stands in a slab that nobody will collect");
        }
    }
}
