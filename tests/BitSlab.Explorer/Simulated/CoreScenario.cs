using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using BitSlab.Core;
using BitSlab.Explorer.Engine;

namespace BitSlab.Explorer.Simulated;

/// <summary>
/// A scenario on one small allocator: what its threads may do, each act with what must hold after it. The acts are those
/// of the layer above the core, call for call.
/// </summary>
internal abstract unsafe class CoreScenario : Scenario
{
    protected const ulong OwnerToken = 101;
    protected const ulong SecondToken = 102;
    protected const ulong ThirdToken = 103;

    // No scenario comes near it; checked at the end of each run. What stands in them is what has to be restored.
    protected const int SlicesInUse = 8;

    private readonly List<(nint Start, byte[] Saved)> _saved = [];
    private readonly HashSet<nint> _live = [];
    private nint[] _savedLive = [];
    private nuint _blockBytes;

    protected Reservation* Reservation { get; private set; }

    protected Allocator* Allocator { get; private set; }

    /// <summary>How many frees are wrong, and must have been refused or recorded, at the end.</summary>
    protected virtual int Misuses => 0;

    /// <summary>Frees that were refused at once, in the run under way.</summary>
    protected int Refused { get; set; }

    public sealed override void Prepare()
    {
        Reservation = Core.Reservation.Create(TestSystem.Primitives, 64u << 20);

        // But where a scenario is about that, the timer runs: frees look, and find nothing to do.
        Reservation->TimerRuns = 1;
        TestSystem.IsLive = (from, to) => _live.Any(block => block < to && block + (nint)_blockBytes > from);
        Build();
        Save();
    }

    /// <summary>Builds the state that each run starts from.</summary>
    protected abstract void Build();

    public override void Restore()
    {
        foreach ((nint start, byte[] saved) in _saved)
        {
            fixed (byte* from = saved)
            {
                Unsafe.CopyBlockUnaligned((void*)start, from, (uint)saved.Length);
            }
        }

        _live.Clear();
        _live.UnionWith(_savedLive);
        Refused = 0;
        FreesUnderWay = 0;
    }

    public override string Describe(nint address) => Names.Describe(Reservation, Allocator, address);

    protected static SimulatedThread Self => SimulatedThread.Current!;

    protected IReadOnlySet<nint> Live => _live;

    /// <summary>Frees that have begun and not returned.</summary>
    protected int FreesUnderWay { get; private set; }

    protected void CreateAllocator(int blocksPerSlab, int granularityShift = 4, int classes = 1)
    {
        Allocator* allocator = Lifetime.CreateAllocator(Reservation);
        Core.Allocator.SetClasses(allocator, 1u << granularityShift, (uint)classes << granularityShift, 16);
        allocator->BlocksPerSlab = blocksPerSlab;
        allocator->GivesBackIdle = true;
        Allocator = allocator;
        _blockBytes = 1u << granularityShift;
    }

    protected ThreadHeap* CreateHeap(ulong token)
    {
        AllocStatus status;
        return Lifetime.CreateHeap(Allocator, token, null, &status);
    }

    // ---- acts ----

    /// <summary>Allocates on the owner's thread.</summary>
    protected nint Take(ThreadHeap* heap, uint sizeClass = 0)
    {
        AllocStatus status;
        bool zeroed = false;
        return Taken(LocalAlloc.Take(heap, sizeClass, &status, &zeroed));
    }

    /// <summary>The same as the layer above does it, from the fast path on: the heap may take over a ladder, and be sampled.</summary>
    protected nint Allocate(ThreadHeap* heap, uint size)
    {
        if (LocalAlloc.TryTake(heap, ThreadHeap.EntryFor(heap, size - 1), out void* block))
        {
            return Taken(block);
        }

        block = LocalAlloc.TakeOrRefill(heap, size);
        AllocStatus status;
        bool zeroed = false;
        return Taken(block != null ? block : Allocation.Alloc(heap, size, 1, &status, &zeroed));
    }

    private nint Taken(void* block)
    {
        Require(block != null, "an allocation failed");
        Require(_live.Add((nint)block), "a block was handed out twice");
        Atomic.LoadAcquire((ulong*)block);
        Require(
            !Self.OthersHoldStoreIn((nint)block, (nint)block + (nint)_blockBytes),
            "a block was handed out before its last holder's stores to it were visible");
        return (nint)block;
    }

    protected nint[] TakeMany(ThreadHeap* heap, int count, uint sizeClass = 0)
    {
        nint[] blocks = new nint[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = Take(heap, sizeClass);
        }

        return blocks;
    }

    /// <summary>A slab of two words with one live block in each, which are returned; and another, current slab.</summary>
    protected nint[] TwoWords(ThreadHeap* heap)
    {
        nint[] blocks = TakeMany(heap, 67);
        for (int i = 1; i < 65; i++)
        {
            FreeLocally(heap, blocks[i]);
        }

        return [blocks[0], blocks[65]];
    }

    /// <summary>Frees a block of another thread's: writes to it once more before.</summary>
    protected void FreeRemotely(nint block, ulong token = SecondToken)
    {
        Slab* first = SlabOf(block);
        Atomic.Store((ulong*)block, 0x5A5A);
        _live.Remove(block);
        Self.SetGuard(new Guard(
            (nint)(&first->RemoteSummary),
            (nint)(&first->Heap),
            (nint)Core.Reservation.RemoteWords(Reservation, first),
            (nint)(Core.Reservation.RemoteWords(Reservation, first) + first->WordCount),
            &first->Generation));
        FreesUnderWay++;
        BlockStatus status = Blocks.Free(Reservation, (void*)block, Allocator, token);
        FreesUnderWay--;
        Self.SetGuard(null);
        Require(status == BlockStatus.Live, "a correct free by another thread was refused: " + status);
    }

    /// <summary>Frees a block on its owner's thread: writes to it once more before.</summary>
    protected void FreeLocally(ThreadHeap* heap, nint block, ulong token = OwnerToken)
    {
        Slab* first = SlabOf(block);
        Atomic.Store((ulong*)block, 0x5A5A);
        _live.Remove(block);
        Self.SetGuard(new Guard(
            (nint)(&first->InList),
            (nint)(&first->WholeWord),
            (nint)first->FreeWords,
            (nint)(first->FreeWords + first->WordCount),
            &first->Generation));
        FreesUnderWay++;
        BlockStatus status = FreeAsOwner(heap, block, token);
        FreesUnderWay--;
        Self.SetGuard(null);
        Require(status == BlockStatus.Live, "a correct free by the owner was refused: " + status);
    }

    /// <summary>One of several frees of the same block: may be refused. True when it was not.</summary>
    protected bool FreeDoubtfully(nint block, ThreadHeap* heap = null, ulong token = SecondToken)
    {
        _live.Remove(block);
        BlockStatus status = heap != null
            ? FreeAsOwner(heap, block, token)
            : Blocks.Free(Reservation, (void*)block, Allocator, token);
        if (status == BlockStatus.Live)
        {
            return true;
        }

        Require(status == BlockStatus.DoubleFree, "a double free was taken for something else: " + status);
        Refused++;
        return false;
    }

    private BlockStatus FreeAsOwner(ThreadHeap* heap, nint block, ulong token) =>
        LocalFree.TryFree(heap, (void*)block, Reservation->FirstSlice, Reservation->SliceCount, Reservation->Table)
            ? BlockStatus.Live
            : Blocks.Free(Reservation, (void*)block, Allocator, token);

    protected Slab* SlabOf(nint block) =>
        (Reservation->Slabs + (((nuint)block - Reservation->Base) >> Layout.SliceShift))->First;

    // ---- the end ----

    /// <summary>Everything of one heap must be in order, once its owner collected; and drains to the last block.</summary>
    protected void CheckHeap(ThreadHeap* heap, ulong token = OwnerToken)
    {
        EndCheck check = new(Reservation, Allocator, _live);
        check.ReadyStack(heap);
        if (heap->OwnerWord == ThreadHeap.Orphan)
        {
            Require(Lifetime.AdoptOrphan(Allocator, token) == heap, "an orphan could not be adopted");
        }

        Require(heap->OwnerWord == token, "the heap has another owner");
        Collection.RunAll(heap);
        check.Chunks(SlicesInUse);
        check.Faults(Misuses - Refused);
        for (uint sizeClass = 0; sizeClass < heap->ClassCount; sizeClass++)
        {
            int capacity = check.Slabs(heap, sizeClass);
            long generation = check.Stamp();
            for (int i = 0; i < capacity; i++)
            {
                Take(heap, sizeClass);
            }

            Require(check.Stamp() == generation, "free blocks were not found: a new slab was cut instead");
        }
    }

    private void Save()
    {
        Reservation* reservation = Reservation;
        byte* arena = reservation->ArenaEnd - (1 << 20);
        SaveRange(reservation, &reservation->Large);
        SaveRange(&reservation->Large + 1, reservation->Chunks + reservation->ChunkCount);
        SaveRange(reservation->Slabs, reservation->Slabs + SlicesInUse);
        SaveRange(reservation->FreeWords, reservation->FreeWords + WordArena.PageBytes);
        SaveRange(
            reservation->FreeWords + reservation->RemoteDistance,
            reservation->FreeWords + reservation->RemoteDistance + WordArena.PageBytes);
        SaveRange(arena, reservation->ArenaNext + 4096);
        _savedLive = [.. _live];
    }

    private void SaveRange(void* start, void* end) =>
        _saved.Add(((nint)start, new ReadOnlySpan<byte>(start, (int)((byte*)end - (byte*)start)).ToArray()));
}
