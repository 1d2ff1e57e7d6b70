using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>
/// Blocks are counted while others free: what was free before is never counted, what is live behind always; a free that is
/// under way may be either.
/// </summary>
internal abstract unsafe class CensusScenario : CoreScenario
{
    // A free that is not visible yet is under way, which the count below could not tell: no stores are held back.
    public override Engine.Bounds Bounds { get; } = new(3, 0);

    protected void Count()
    {
        int most = Live.Count + FreesUnderWay;
        CensusTotals totals = default;
        ClassCensus census = default;
        Census.Count(Allocator, &totals, &census, 1);
        Require(totals.Blocks >= Live.Count, "a live block was not counted");
        Require(totals.Blocks <= most, "a block was counted that had been freed before");
    }

    protected void CheckAtRest(ThreadHeap* heap)
    {
        CensusTotals totals = default;
        ClassCensus census = default;
        Census.Count(Allocator, &totals, &census, 1);
        Require(totals.Blocks == Live.Count, "at rest the count is not exact");
        CheckHeap(heap);
    }
}

/// <summary>One block is freed by another thread, one by the owner.</summary>
internal sealed unsafe class CensusDuringFrees : CensusScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "counter"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 4);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 5);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[0]);
                break;
            case 1:
                FreeLocally(_heap, _blocks[1]);
                break;
            default:
                Count();
                break;
        }
    }

    public override void Check() => CheckAtRest(_heap);
}

/// <summary>Blocks freed by other threads, before and meanwhile, are collected by the owner.</summary>
internal sealed unsafe class CensusDuringCollection : CensusScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "counter"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 4);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 5);
        FreeRemotely(_blocks[0]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[1]);
                break;
            case 1:
                Collection.RunAll(_heap);
                break;
            default:
                Count();
                break;
        }
    }

    public override void Check() => CheckAtRest(_heap);
}
