using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>Two other threads free one block: the second is refused at once, or recorded when the owner collects.</summary>
internal sealed unsafe class RemoteTwice : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
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

        Collection.RunAll(_heap);
        Collection.RunAll(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>The same in a slab that becomes empty by the first of them: it may be given back before the second sees its mistake.</summary>
internal sealed unsafe class RemoteTwiceIntoEmpty : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 3);
        FreeLocally(_heap, _blocks[1]);
    }

    public override void Run(int thread)
    {
        if (thread < 2)
        {
            FreeDoubtfully(_blocks[0]);
            return;
        }

        Collection.RunAll(_heap);
        Collection.RunAll(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>The owner and another thread free one block; the owner collects behind.</summary>
internal sealed unsafe class LocalAndRemote : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner"];

    public override Engine.Bounds Bounds { get; } = new(3, 2);

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 3);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 4);
        FreeLocally(_heap, _blocks[1]);
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            FreeDoubtfully(_blocks[0]);
            return;
        }

        FreeDoubtfully(_blocks[0], _heap, OwnerToken);
        Collection.RunAll(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// Another thread's free of a block returned before the owner frees it too: refused at once, whatever other freers of the slab
/// and collections were doing meanwhile.
/// </summary>
internal sealed unsafe class RemoteThenLocal : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override int Misuses => Atomic.LoadAcquire(&Allocator->Slot) == 2 ? 1 : 0;

    protected override void Build()
    {
        // Freers 0 and 1 visit one word; the slab is on the ready stack already for the other.
        CreateAllocator(blocksPerSlab: 66);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 67);
        for (int i = 3; i < 64; i++)
        {
            FreeLocally(_heap, _blocks[i]);
        }

        FreeRemotely(_blocks[65]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[1]);
                break;
            case 1:
                FreeRemotely(_blocks[0]);
                Atomic.StoreRelease(&Allocator->Slot, 1);
                break;
            default:
                Collection.RunAll(_heap);
                if (Atomic.LoadAcquire(&Allocator->Slot) == 1)
                {
                    bool freed = FreeDoubtfully(_blocks[0], _heap, OwnerToken);
                    Require(!freed, "a double free that came behind the first was not refused");
                    Atomic.StoreRelease(&Allocator->Slot, 2);
                }

                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>The owner's free of a block returned before another thread frees it too: refused at once.</summary>
internal sealed unsafe class LocalThenRemote : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override int Misuses => Atomic.LoadAcquire(&Allocator->Slot) == 2 ? 1 : 0;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 4);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 5);
        FreeLocally(_heap, _blocks[3]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[1]);
                break;
            case 1:
                if (Atomic.LoadAcquire(&Allocator->Slot) == 1)
                {
                    bool freed = FreeDoubtfully(_blocks[0]);
                    Require(!freed, "a double free that came behind the first was not refused");
                    Atomic.StoreRelease(&Allocator->Slot, 2);
                }

                break;
            default:
                FreeLocally(_heap, _blocks[0]);
                Atomic.StoreRelease(&Allocator->Slot, 1);
                Collection.RunAll(_heap);
                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// The owner and another thread freed one block, the last of its slab; then maintenance looks at the slab, in which the other's
/// bit stands beside the owner's.
/// </summary>
internal sealed unsafe class LocalAndRemoteThenMaintenance : CoreScenario
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
                Slab* slab = SlabOf(_blocks[0]);
                if ((Atomic.LoadAcquire(slab->FreeWords) & Atomic.LoadAcquire(Core.Reservation.RemoteWords(Reservation, slab))) != 0)
                {
                    Maintenance.TakeFromLiveOwner(_heap);
                }

                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// A double free passed its look at the free word before the first free was collected, and has set its bit. The owner frees the
/// slab's last block: the slab stays until the bit is collected and reported. Else the bit meets the next slab there.
/// </summary>
internal sealed unsafe class StrayBitAtGiveBack : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2, classes: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 4);
    }

    public override void Run(int thread)
    {
        if (thread < 2)
        {
            FreeDoubtfully(_blocks[0]);
            return;
        }

        Collection.RunAll(_heap);
        Slab* slab = SlabOf(_blocks[0]);
        if ((Atomic.LoadAcquire(slab->FreeWords) & Atomic.LoadAcquire(Core.Reservation.RemoteWords(Reservation, slab))) != 0)
        {
            FreeLocally(_heap, _blocks[1]);
            Require(slab->Kind == (byte)SliceKind.Slab, "a slab was given back under a bit, which is reported without its block then");
            Take(_heap, 1);
        }
    }

    public override void Check() => CheckHeap(_heap);
}
