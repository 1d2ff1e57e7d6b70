using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>The owner goes twice through its heap's lock, two others try it meanwhile: never are two inside.</summary>
internal sealed unsafe class TwoSidesOfHeapLock : CoreScenario
{
    private ThreadHeap* _heap;
    private int _inside;

    public override IReadOnlyList<string> Threads { get; } = ["owner", "one", "other"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            for (int i = 0; i < 2; i++)
            {
                HeapLock.EnterAsOwner(_heap);
                StayInside();
                HeapLock.ExitAsOwner(_heap);
            }
        }
        else if (HeapLock.TryEnter(_heap))
        {
            StayInside();
            HeapLock.Exit(_heap);
        }
    }

    public override void Restore()
    {
        base.Restore();
        _inside = 0;
    }

    public override void Check() => CheckHeap(_heap);

    // The cell gives the scheduler its points to change threads at; what tells is the counter, which no processor holds back.
    private void StayInside()
    {
        int* cell = &_heap->FaultCount;
        Atomic.StoreRelease(cell, 0);
        Require(++_inside == 1, "two are inside");
        Atomic.LoadAcquire(cell);
        _inside--;
    }
}
