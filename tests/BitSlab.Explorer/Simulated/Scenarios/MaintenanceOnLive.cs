using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Explorer.Engine;

namespace BitSlab.Explorer.Simulated;

/// <summary>
/// The owner frees the last block of a slab that has room, another thread the last but one, a third takes what is all free
/// from the live owner, and allocates there for another heap.
/// </summary>
internal sealed unsafe class LastLocalFree : CoreScenario
{
    private ThreadHeap* _heap;
    private ThreadHeap* _other;
    private nint[] _blocks = [];

    // One more than elsewhere: maintenance has to be stopped behind its barrier, too.
    public override Bounds Bounds => new(Preemptions: 3, Delays: 1);

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 3);
        _heap = CreateHeap(OwnerToken);
        _other = CreateHeap(ThirdToken);
        _blocks = TakeMany(_heap, 4);
        FreeLocally(_heap, _blocks[1]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[2]);
                break;
            case 1:
                FreeLocally(_heap, _blocks[0]);
                break;
            default:
                Maintenance.TakeFromLiveOwner(_heap);
                Take(_other);
                break;
        }
    }

    public override void Check()
    {
        CheckHeap(_heap);
        CheckHeap(_other, ThirdToken);
    }
}

/// <summary>
/// A slab of two slices, of which a remote free has marked one: the owner frees its last block in the other on the fast path, while
/// maintenance, behind its barrier already, looks whether the slab is empty.
/// </summary>
internal sealed unsafe class LastFreeInAnotherSlice : CoreScenario
{
    private const int BlocksPerSlab = 8;
    private const int GranularityShift = 14;

    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(BlocksPerSlab, GranularityShift);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, BlocksPerSlab + 1);
        for (int i = 1; i < BlocksPerSlab - 1; i++)
        {
            FreeLocally(_heap, _blocks[i]);
        }
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[0]);
                break;
            case 1:
                FreeLocally(_heap, _blocks[BlocksPerSlab - 1]);
                break;
            default:
                Slab* slab = SlabOf(_blocks[0]);
                Maintenance.TakeFromLiveOwner(_heap);
                if (slab->Kind != (byte)SliceKind.Slab)
                {
                    Atomic.LoadAcquire((ulong*)_blocks[BlocksPerSlab - 1]);
                    Require(
                        !Self.OthersHoldStoreIn(_blocks[0], _blocks[0] + (BlocksPerSlab << GranularityShift)),
                        "a slab was taken before its holders' last stores were visible");
                }

                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>The last local free with a full slab: the owner's free must link it first.</summary>
internal sealed unsafe class LocalFreeIntoFullSlab : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 3);
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
                Maintenance.TakeFromLiveOwner(_heap);
                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>Two freers of two words, the last live blocks, while the owner sleeps and maintenance looks twice.</summary>
internal sealed unsafe class FreersAndMaintenance : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "maintenance"];

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

        Maintenance.TakeFromLiveOwner(_heap);
        Maintenance.TakeFromLiveOwner(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// Maintenance finds slabs that are not all free and puts them back, while a freer pushes another, and the owner collects and
/// frees into one of them.
/// </summary>
internal sealed unsafe class PutBack : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "maintenance", "owner"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 3);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 7);
        FreeRemotely(_blocks[0]);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[3]);
                break;
            case 1:
                Maintenance.TakeFromLiveOwner(_heap);
                break;
            default:
                FreeLocally(_heap, _blocks[2]);
                Collection.RunAll(_heap);
                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>The owner collects a slab that maintenance takes from it at the same time.</summary>
internal sealed unsafe class CollectBesideTake : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 3);
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
                Maintenance.TakeFromLiveOwner(_heap);
                break;
        }
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>
/// The owner frees the last block of a word, and another thread the slab's last; meanwhile maintenance takes the slab, and another heap's slab is
/// born in its place.
/// </summary>
internal sealed unsafe class RebornBehindLocalFree : CoreScenario
{
    private ThreadHeap* _heap;
    private ThreadHeap* _other;
    private nint[] _blocks = [];

    public override Bounds Bounds => new(Preemptions: 3, Delays: 1);

    public override IReadOnlyList<string> Threads { get; } = ["freer", "owner", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 66);
        _heap = CreateHeap(OwnerToken);
        _other = CreateHeap(ThirdToken);
        _blocks = TwoWords(_heap);
    }

    public override void Run(int thread)
    {
        switch (thread)
        {
            case 0:
                FreeRemotely(_blocks[1]);
                break;
            case 1:
                FreeLocally(_heap, _blocks[0]);
                break;
            default:
                Maintenance.TakeFromLiveOwner(_heap);
                Take(_other);
                break;
        }
    }

    public override void Check()
    {
        CheckHeap(_heap);
        CheckHeap(_other, ThirdToken);
    }
}

/// <summary>
/// The owner has found a block that it frees a second time; before it has the lock, maintenance takes the slab, and another heap's slab is born in
/// its place.
/// </summary>
internal sealed unsafe class RebornBehindDoubleFree : CoreScenario
{
    private ThreadHeap* _heap;
    private ThreadHeap* _other;
    private Slab* _slab;

    public override IReadOnlyList<string> Threads { get; } = ["owner", "maintenance"];

    protected override void Build()
    {
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _other = CreateHeap(ThirdToken);
        nint[] blocks = TakeMany(_heap, 3);
        _slab = SlabOf(blocks[0]);
        FreeRemotely(blocks[0]);
        FreeRemotely(blocks[1]);
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            BlockStatus status = LocalFree.Free(_heap, _slab, 0);
            Require(status == BlockStatus.DoubleFree, "another heap's block was freed as the owner's");
        }
        else
        {
            Maintenance.TakeFromLiveOwner(_heap);
            Take(_other);
        }
    }

    public override void Check()
    {
        CheckHeap(_heap);
        CheckHeap(_other, ThirdToken);
    }
}

/// <summary>A freer's last block, and the pages go back to the OS behind it.</summary>
internal sealed unsafe class FreeAndTrim : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["freer 0", "freer 1", "maintenance"];

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

        Maintenance.Trim(Allocator, 0);
    }

    public override void Check() => CheckHeap(_heap);
}

/// <summary>The owner links a slab by its first free while maintenance takes the other slab of the list.</summary>
internal sealed unsafe class LocalFreeBesideTake : CoreScenario
{
    private ThreadHeap* _heap;
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["owner", "maintenance"];

    public override Engine.Bounds Bounds { get; } = new(3, 1);

    protected override void Build()
    {
        // Of three full slabs the first has room again, and then is all free but for its remote bit.
        CreateAllocator(blocksPerSlab: 2);
        _heap = CreateHeap(OwnerToken);
        _blocks = TakeMany(_heap, 5);
        FreeLocally(_heap, _blocks[0]);
        FreeRemotely(_blocks[1]);
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            FreeLocally(_heap, _blocks[2]);
            return;
        }

        Maintenance.TakeFromLiveOwner(_heap);
    }

    public override void Check() => CheckHeap(_heap);
}
