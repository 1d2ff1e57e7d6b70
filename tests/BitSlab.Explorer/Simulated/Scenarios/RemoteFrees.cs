using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>Two freers of one word, the owner collects twice. The slab, of two blocks, becomes empty on the way.</summary>
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

        Collection.RunAll(_heap);
        Collection.RunAll(_heap);
        Take(_heap);
        Take(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>Two freers of two words of one slab, all other blocks of which are free; the owner collects twice.</summary>
internal sealed unsafe class FreersOfTwoWords : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 66);
        _heap = CreateHeap(OwnerToken);
        _blocks = TwoWords(_heap);
    }

    public override void Run(int thread)
    {
        if (thread < 2)
        {
            FreeRemotely(_blocks[thread]);
            return;
        }

        Collection.RunAll(_heap);
        Collection.RunAll(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// A freer of a full slab and one of the current slab, while the owner runs dry: it collects, or cuts a new slab, and takes
/// what it finds. A freer may stand anywhere between word, summary and push meanwhile.
/// </summary>
internal sealed unsafe class OwnerRunsDry : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 4);
    }

    public override void Run(int thread)
    {
        if (thread < 2)
        {
            FreeRemotely(_blocks[(thread * 2) + 1]);
            return;
        }

        Take(_heap);
        Take(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>Freers of three slabs of one heap: the ready stack holds several, while the owner empties it.</summary>
internal sealed unsafe class FreersOfSeveralSlabs : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "owner"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 7);
    }

    public override void Run(int thread)
    {
        if (thread < 2)
        {
            // Two slabs that both visit, in turn.
            FreeRemotely(_blocks[thread]);
            FreeRemotely(_blocks[2 + thread]);
            return;
        }

        Collection.RunAll(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}
