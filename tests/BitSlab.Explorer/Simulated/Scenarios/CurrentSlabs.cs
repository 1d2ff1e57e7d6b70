using System.Collections.Generic;
using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>
/// All blocks of the current slab are free: neither maintenance nor the owner's collection takes it, and another heap's slab is
/// not born in its place; the owner allocates from it.
/// </summary>
internal sealed unsafe class CurrentSlab : CoreScenario
{
    private ThreadHeap* _heap;
    private ThreadHeap* _other;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "maintenance", "owner"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 3);
        _heap = CreateHeap(OwnerToken);
        _other = CreateHeap(ThirdToken);
        _blocks = TakeMany(_heap, 2);
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
                Maintenance.TakeFromLiveOwner(_heap);
                Take(_other);
                break;
            default:
                Collection.RunAll(_heap);
                Take(_heap);
                break;
        }
    }

    public override void Check()
    {
        CheckHeap(_heap);
        CheckHeap(_other, ThirdToken);
    }
}

/// <summary>The owner used the current slab up, and frees into it: it is not linked, since it is in use; and allocates on.</summary>
internal sealed unsafe class FreeIntoUsedUpCurrent : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 4);

        FreeRemotely(_blocks[0]);

        // While remote bits are pending the owner's frees go out of line, in the current slab too.
        FreeRemotely(_blocks[3]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[1]);
                break;
            case 1:
                FreeLocally(_heap, _blocks[2]);
                break;
            default:
                Maintenance.TakeFromLiveOwner(_heap);
                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}
