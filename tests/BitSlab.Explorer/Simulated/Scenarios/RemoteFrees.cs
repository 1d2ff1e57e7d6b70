using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Explorer.Engine;

namespace BitSlab.Explorer.Simulated;

/// <summary>Two freers of one word, the owner collects twice: the slab, of two blocks, becomes empty on the way.</summary>
internal sealed unsafe class TwoFreersOfOneWord : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

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
            FreeRemotely(_blocks[thread]);
            return;
        }

        Collection.Run(_heap);
        Collection.Run(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}
