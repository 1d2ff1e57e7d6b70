using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>
/// A thread ended. A look at the threads orphans its heap and a new thread adopts it and works in it; maintenance claims
/// orphans; and the old thread's finalizer comes late.
/// </summary>
internal sealed unsafe class OrphanAdoptClaim : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["adopter", "finalizer", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);

        // The current slab is empty: who claims the heap gives it up.
        _blocks = TakeMany(_heap, 3);
        FreeLocally(_heap, _blocks[2]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                Lifetime.MakeOrphan(_heap, OwnerToken);
                ThreadHeap* adopted = Lifetime.AdoptOrphan(Allocator, SecondToken);
                if (adopted != null)
                {
                    nint block = Take(adopted);
                    FreeLocally(adopted, block, SecondToken);
                    Require(adopted->OwnerWord == SecondToken, "an adopted heap was taken from its owner");
                }

                break;
            case 1:
                Lifetime.MakeOrphan(_heap, OwnerToken);
                break;
            default:
                Maintenance.Trim(Allocator, 0);
                break;
        }
    }

    public override void Check() => CheckHeap(_heap, _heap->OwnerWord == OwnerToken ? OwnerToken : SecondToken);
}

/// <summary>Two new threads and one orphan: one adopts it.</summary>
internal sealed unsafe class TwoAdopters : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["adopter 0", "adopter 1", "freer"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 3);
        Lifetime.MakeOrphan(_heap, OwnerToken);
    }

    public override void Run(int thread)
    {
        if (thread == 2)
        {
            FreeRemotely(_blocks[0], ThirdToken);
            return;
        }

        ulong token = thread == 0 ? OwnerToken : SecondToken;
        ThreadHeap* adopted = Lifetime.AdoptOrphan(Allocator, token);
        if (adopted != null)
        {
            Collection.RunAll(adopted);
            FreeLocally(adopted, Take(adopted), token);
            Require(adopted->OwnerWord == token, "an adopted heap was taken from its owner");
        }
    }

    public override void Check() => CheckHeap(_heap, _heap->OwnerWord == OwnerToken ? OwnerToken : SecondToken);
}

/// <summary>Two threads make heaps of one allocator and cut slabs, within a limit that lets both.</summary>
internal sealed unsafe class TwoHeaps : CoreScenario
{
    private readonly nint[] _heaps = new nint[2];

    public override IReadOnlyList<string> Threads { get; } = ["owner 0", "owner 1"];

    // No plain store here is seen by others but under a lock.
    public override Engine.Bounds Bounds { get; } = new(2, 0);

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);

        // The first chunk and the first structures are there: their OS calls are not what is looked at.
        ThreadHeap* heap = CreateHeap(ThirdToken);
        TakeMany(heap, 1);
    }

    public override void Restore()
    {
        base.Restore();
        _heaps[0] = 0;
        _heaps[1] = 0;
    }

    public override void Run(int thread)
    {
        ThreadHeap* heap = CreateHeap(OwnerToken + (ulong)thread);
        _heaps[thread] = (nint)heap;
        TakeMany(heap, 2);
    }

    public override void Check()
    {
        CheckHeap((ThreadHeap*)_heaps[0], OwnerToken);
        CheckHeap((ThreadHeap*)_heaps[1], SecondToken);
        for (int i = 0; i < 2; i++)
        {
            ThreadHeap* heap = Allocator->Heaps;
            while (heap != null && (nint)heap != _heaps[i])
            {
                heap = heap->NextHeap;
            }

            Require(heap != null, "a heap is not in its allocator's list");
        }
    }
}
