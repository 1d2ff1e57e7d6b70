using System.Collections.Generic;
using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Explorer.Engine;

namespace BitSlab.Explorer.Simulated;

/// <summary>Scenarios on a heap whose allocations are sampled in bursts.</summary>
internal abstract unsafe class BurstScenario : CoreScenario
{
    private const int Classes = 2;

    private SizeSample* _samples;

    protected ThreadHeap* Heap { get; private set; }

    protected int BurstLength => Allocator->BurstLength;

    /// <summary>What was counted since the start.</summary>
    protected long Samples => _samples[15].Count + _samples[31].Count;

    protected void Create(int blocksPerSlab, int burstLength)
    {
        CreateAllocator(blocksPerSlab, classes: Classes);
        Allocator->GivesBackIdle = false;
        Heap = CreateHeap(OwnerToken);
        _samples = (SizeSample*)NativeMemory.AllocZeroed(Classes << 4, (nuint)sizeof(SizeSample));
        Allocator->Samples = _samples;
        Allocator->BurstLength = burstLength;
    }

    public override void Restore()
    {
        base.Restore();
        NativeMemory.Clear(_samples, (nuint)((Classes << 4) * sizeof(SizeSample)));
    }
}

/// <summary>
/// Maintenance begins a burst while the owner allocates on the fast path, turns to its next word, is sampled, comes to the burst's end, and goes on.
/// </summary>
internal sealed unsafe class BurstBesideOwner : BurstScenario
{
    private nint[] _blocks = [];

    public override IReadOnlyList<string> Threads { get; } = ["owner", "maintenance"];

    public override Bounds Bounds => new(Preemptions: 3, Delays: 1);

    protected override void Build()
    {
        // Three blocks of the first word are left, and two in the second.
        Create(blocksPerSlab: 66, burstLength: 3);
        _blocks = TakeMany(Heap, 61);
        Take(Heap, 1);
    }

    public override void Run(int thread)
    {
        if (thread == 1)
        {
            Sampling.StartBursts(Allocator);
            return;
        }

        // Two more than the burst: it may begin late.
        for (int i = 0; i < 5; i++)
        {
            Allocate(Heap, i == 1 ? 32u : 16u);
        }

        FreeLocally(Heap, _blocks[0]);
    }

    public override void Check()
    {
        int left = Heap->BurstLeft;
        bool isUnderWay = left != 0;
        Require(Samples == 0 || Samples + left == BurstLength, "a sample was lost, or counted twice");
        while (Heap->BurstLeft != 0)
        {
            Allocate(Heap, 16);
            Require(Heap->BurstLeft == --left, "an allocation within a burst was not sampled");
        }

        // Both classes go on where they stood: a block that is freed and allocated again is the same.
        for (uint size = 16; isUnderWay && size <= 32; size += 16)
        {
            Require(ThreadHeap.EntryFor(Heap, size - 1)->Word != &Reservation->ZeroWord, "the fast path is closed behind a burst");
        }

        CheckHeap(Heap);
    }
}

/// <summary>The timer is about to stop, since all bursts run, while the owner comes to the end of one: the next is for the timer to begin.</summary>
internal sealed unsafe class TimerStopsBesideBurstEnd : BurstScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["timer", "owner"];

    protected override void Build()
    {
        Create(blocksPerSlab: 4, burstLength: 1);
        Take(Heap);
        Heap->BurstLeft = 1;
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            Rounds.Tick(Reservation);
        }
        else
        {
            // Poisoned or not, it leaves the fast path: the slab is used up.
            TakeMany(Heap, 3);
            Allocate(Heap, 16);
        }
    }

    public override void Check()
    {
        Require(Reservation->TimerRuns == 1 || !Sampling.HasWork(Allocator), "the timer stands, and a burst is wanted");
        CheckHeap(Heap);
    }
}
