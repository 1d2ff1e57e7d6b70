using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>Two threads free one large block.</summary>
internal sealed unsafe class LargeTwice : CoreScenario
{
    private ThreadHeap* _heap;
    private nint _block;

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1"];

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        TakeMany(_heap, 1);
        AllocStatus status;
        bool zeroed;
        _block = (nint)LargeBlocks.Alloc(Allocator, 100_000, 16, &status, &zeroed);
    }

    public override void Run(int thread) => FreeDoubtfully(_block);

    public override void Check() => CheckHeap(_heap);
}

/// <summary>A block of a slab that was given back is freed again while a slab of another class is cut in its place.</summary>
internal sealed unsafe class StaleFreeAtBirth : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["misuser", "owner"];

    public override Engine.Bounds Bounds { get; } = new(3, 1);

    protected override int Misuses => 1;

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2, classes: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 3);
        FreeLocally(_heap, _blocks[0]);
        FreeLocally(_heap, _blocks[1]);
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            // No block of the new slab begins there: it can be nobody's.
            BlockStatus status = Blocks.Free(Reservation, (void*)_blocks[1], Allocator, SecondToken);
            Require(status != BlockStatus.Live, "an address at which no block begins was freed");
            Refused++;
            return;
        }

        Take(_heap, 1);
        Take(_heap, 1);
    }

    public override void Check() => CheckHeap(_heap);
}
