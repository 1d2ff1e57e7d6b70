using System.Collections.Generic;
using System.Numerics;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>
/// Blocks are counted while others free: what was free before is never counted, what is live behind always; a free that is
/// under way may be either.
/// </summary>
internal sealed unsafe class CensusDuringFrees : CoreScenario
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
                int before = Live.Count;
                CensusTotals totals = default;
                ClassCensus census = default;
                Census.Count(Allocator, &totals, &census);
                Require(totals.Blocks >= Live.Count, "a live block was not counted");
                Require(totals.Blocks <= before + 2 && totals.Blocks <= census.Capacity, "more blocks were counted than ever lived");
                break;
        }
    }

    public override void Check()
    {
        CensusTotals totals = default;
        ClassCensus census = default;
        Census.Count(Allocator, &totals, &census);
        Require(totals.Blocks == Live.Count, "at rest the count is not exact");
        CheckHeap(_heap);
    }
}
