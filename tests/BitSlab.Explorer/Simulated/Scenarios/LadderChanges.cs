using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Explorer.Engine;

namespace BitSlab.Explorer.Simulated;

/// <summary>Scenarios on a heap of two classes, of 16 and 32 bytes, whose ladder becomes one of 32 bytes alone.</summary>
internal abstract unsafe class LadderScenario : CoreScenario
{
    protected ThreadHeap* Heap { get; private set; }

    /// <summary>The blocks of a full slab of 16 bytes; behind it stands a current one.</summary>
    protected nint[] Vanishing { get; private set; } = [];

    /// <summary>The same of 32 bytes.</summary>
    protected nint[] Staying { get; private set; } = [];

    /// <summary>Slabs of two blocks.</summary>
    protected void TwoClasses()
    {
        CreateAllocator(blocksPerSlab: 2, classes: 2);
        Core.Allocator.LetLadderChange(Allocator, 2);
        Heap = CreateHeap(OwnerToken);
        Vanishing = TakeMany(Heap, 3);
        Staying = TakeMany(Heap, 3, 1);
    }

    protected void Publish()
    {
        SizeLadder ladder = default;
        SizeLadder.Add(&ladder, 32);
        LadderChange.Publish(Allocator, &ladder);
    }

    public override void Check()
    {
        ulong owner = Heap->OwnerWord == ThreadHeap.Orphan ? OwnerToken : Heap->OwnerWord;
        if (Heap->OwnerWord == ThreadHeap.Orphan)
        {
            Require(Lifetime.AdoptOrphan(Allocator, owner) == Heap, "an orphan could not be adopted");
        }

        LadderChange.AdoptIfDue(Heap);
        Require(Heap->LadderCount == 1 && ThreadHeap.BlockSizes(Heap)[0] == 32, "the heap has not the newest ladder");
        for (int k = 0; k < SlicesInUse; k++)
        {
            Slab* slab = Reservation->Slabs + k;
            int wanted = slab->BlockSize == 32 ? 0 : Heap->ClassCount - 1;
            Require(slab->Kind != (byte)SliceKind.Slab || slab->Heap != Heap || slab->Class == wanted, "a slab is of a class that its blocks are not for");
        }

        CheckHeap(Heap, owner);
    }
}

/// <summary>The owner changes to a new ladder while others free in a full slab of a class that vanishes, and in one of a class that stays.</summary>
internal sealed unsafe class LadderBesideRemoteFree : LadderScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["owner", "freer", "learner"];

    // A second preemption costs fifty times as long.
    public override Bounds Bounds => new(Preemptions: 1, Delays: 1);

    protected override void Build() => TwoClasses();

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeLocally(Heap, Staying[1]);
                Allocate(Heap, 16);
                Allocate(Heap, 16);
                FreeLocally(Heap, Vanishing[1]);
                break;
            case 1:
                FreeRemotely(Vanishing[0]);
                FreeRemotely(Staying[0]);
                break;
            default:
                Publish();
                break;
        }
    }
}

/// <summary>
/// The owner changes to a new ladder while maintenance takes slabs that are all free from it, and gives what it can to the OS. Another heap stays as it was.
/// </summary>
internal sealed unsafe class LadderBesideMaintenance : LadderScenario
{
    private ThreadHeap* _other;

    public override IReadOnlyList<string> Threads { get; } = ["owner", "maintenance"];

    protected override void Build()
    {
        TwoClasses();
        _other = CreateHeap(ThirdToken);
        TakeMany(_other, 1);
        FreeLocally(Heap, Vanishing[0]);
        FreeRemotely(Vanishing[1]);
        FreeRemotely(Staying[0]);
        Publish();
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            // As a call does that never takes the fast path: before anything else has it wait for the lock.
            LadderChange.AdoptIfDue(Heap);
            Allocate(Heap, 16);
            FreeLocally(Heap, Staying[1]);
        }
        else
        {
            Maintenance.Trim(Allocator, 0);
        }
    }

    public override void Check()
    {
        base.Check();
        CheckHeap(_other, ThirdToken);
    }
}

/// <summary>A thread ended before it had the newest ladder. Another adopts its heap, and allocates, while maintenance clears orphans and a freer frees.</summary>
internal sealed unsafe class LadderBesideAdopter : LadderScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["adopter", "maintenance", "freer"];

    public override Bounds Bounds => new(Preemptions: 1, Delays: 1);

    protected override void Build()
    {
        TwoClasses();
        FreeLocally(Heap, Vanishing[0]);
        Publish();
        Lifetime.MakeOrphan(Heap, OwnerToken);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                if (Lifetime.AdoptOrphan(Allocator, ThirdToken) != null)
                {
                    Allocate(Heap, 16);
                    FreeLocally(Heap, Allocate(Heap, 16), ThirdToken);
                    FreeLocally(Heap, Staying[1], ThirdToken);
                }

                break;
            case 1:
                Maintenance.Trim(Allocator, 0);
                break;
            default:
                FreeRemotely(Vanishing[1]);
                break;
        }
    }
}
