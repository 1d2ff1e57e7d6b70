using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Explorer.Engine;

namespace BitSlab.Explorer.Simulated;

/// <summary>Scenarios on slabs of blocks of half a page, of which maintenance gives the holes back.</summary>
internal abstract unsafe class HoleScenario : CoreScenario
{
    private const int HalfPageShift = 11;

    protected ThreadHeap* Heap { get; private set; }

    /// <summary>The blocks of a slab that is full.</summary>
    protected nint[] Blocks { get; private set; } = [];

    public override void Check()
    {
        Require(Reservation->TimerRuns == 1 || !Maintenance.HasWork(Allocator), "the timer stands, and there is something to give back");
        CheckHeap(Heap);
    }

    /// <summary>A full slab, and a current one behind it with as many live blocks as wanted.</summary>
    protected void FullSlab(int blocks, int inCurrent)
    {
        CreateAllocator(blocks, HalfPageShift);
        Heap = CreateHeap(OwnerToken);
        nint[] all = TakeMany(Heap, blocks + inCurrent);
        Blocks = all[..blocks];
    }
}

/// <summary>The owner frees into a slab of which it holds blocks, and goes on to it, while maintenance gives its holes back.</summary>
internal sealed unsafe class HolesBesideOwner : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["owner", "maintenance"];

    public override Bounds Bounds => new(Preemptions: 3, Delays: 1);

    protected override void Build()
    {
        FullSlab(blocks: 6, inCurrent: 6);
        FreeLocally(Heap, Blocks[2]);
        FreeLocally(Heap, Blocks[3]);
        FreeLocally(Heap, Blocks[4]);
    }

    public override void Run(int thread)
    {
        if (thread == 1)
        {
            Maintenance.Trim(Allocator, 0);
            return;
        }

        FreeLocally(Heap, Blocks[5]);
        Take(Heap);
        Take(Heap);
        FreeLocally(Heap, Blocks[0]);
    }
}

/// <summary>Another thread frees blocks of a full slab, in two words, while maintenance gives holes back and the owner collects and goes on to it.</summary>
internal sealed unsafe class HolesBesideRemoteFrees : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["freer", "maintenance", "owner"];

    // Three threads with long ways: a second preemption costs twenty times as long.
    public override Bounds Bounds => new(Preemptions: 1, Delays: 1);

    protected override void Build()
    {
        FullSlab(blocks: 4, inCurrent: 4);
        FreeRemotely(Blocks[2]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(Blocks[3]);
                break;
            case 1:
                Maintenance.Trim(Allocator, 0);
                break;
            default:
                Take(Heap);
                break;
        }
    }
}

/// <summary>A slab with holes becomes empty: the owner frees its last block, and maintenance gives holes back or takes it.</summary>
internal sealed unsafe class LastFreeBesideHoles : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["owner", "maintenance", "freer"];

    protected override void Build()
    {
        FullSlab(blocks: 4, inCurrent: 1);
        FreeLocally(Heap, Blocks[0]);
        FreeLocally(Heap, Blocks[1]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeLocally(Heap, Blocks[3]);
                break;
            case 1:
                Maintenance.Trim(Allocator, 0);
                break;
            default:
                FreeRemotely(Blocks[2]);
                break;
        }
    }
}

/// <summary>An orphaned heap is cleared by maintenance, and adopted by a thread that allocates.</summary>
internal sealed unsafe class HolesBesideAdopter : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["adopter", "maintenance"];

    protected override void Build()
    {
        FullSlab(blocks: 4, inCurrent: 2);
        FreeLocally(Heap, Blocks[0]);
        FreeLocally(Heap, Blocks[1]);
        Lifetime.MakeOrphan(Heap, OwnerToken);
    }

    public override void Run(int thread)
    {
        if (thread == 1)
        {
            Maintenance.Trim(Allocator, 0);
        }
        else if (Lifetime.AdoptOrphan(Allocator, OwnerToken) != null)
        {
            Take(Heap);
            Take(Heap);
            Take(Heap);
        }
    }
}

/// <summary>The timer is about to stop while another thread frees the first block of a full slab.</summary>
internal sealed unsafe class TimerStopsBesideRemoteFree : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["timer", "freer"];

    protected override void Build() => FullSlab(blocks: 4, inCurrent: 1);

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            Rounds.Tick(Reservation);
        }
        else
        {
            FreeRemotely(Blocks[1]);
        }
    }
}

/// <summary>The timer is about to stop while the owner frees the first block of a full slab.</summary>
internal sealed unsafe class TimerStopsBesideLocalFree : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["timer", "owner"];

    protected override void Build() => FullSlab(blocks: 4, inCurrent: 1);

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            Rounds.Tick(Reservation);
        }
        else
        {
            FreeLocally(Heap, Blocks[1]);
        }
    }
}

/// <summary>The timer is about to stop while the owner collects what another thread freed.</summary>
internal sealed unsafe class TimerStopsBesideCollection : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["timer", "owner"];

    protected override void Build()
    {
        FullSlab(blocks: 4, inCurrent: 1);
        FreeRemotely(Blocks[1]);
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            Rounds.Tick(Reservation);
        }
        else
        {
            Collection.RunAll(Heap);
        }
    }
}

/// <summary>The timer is about to stop while the owner collects the last block of a slab, whose slices are then idle.</summary>
internal sealed unsafe class TimerStopsBesideReturn : HoleScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["timer", "owner"];

    protected override void Build()
    {
        FullSlab(blocks: 2, inCurrent: 1);
        FreeRemotely(Blocks[0]);
        FreeRemotely(Blocks[1]);
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            Rounds.Tick(Reservation);
        }
        else
        {
            Collection.RunAll(Heap);
        }
    }
}
