using System.Collections.Generic;
using System.Numerics;
using BitSlab.Core;
using BitSlab.Explorer.Engine;

namespace BitSlab.Explorer.Simulated;

/// <summary>What must hold when all threads ended and the owner collected.</summary>
internal unsafe readonly struct EndCheck(Reservation* reservation, Allocator* allocator, HashSet<nint> live)
{
    private const int LongestList = 64;

    private readonly Reservation* _reservation = reservation;
    private readonly Allocator* _allocator = allocator;
    private readonly HashSet<nint> _live = live;

    /// <summary>The ready stack ends.</summary>
    public void ReadyStack(ThreadHeap* heap)
    {
        int length = 0;
        for (uint sizeClass = 0; sizeClass < heap->ClassCount; sizeClass++)
        {
            for (Slab* slab = *ThreadHeap.Ready(heap, sizeClass); slab != null; slab = slab->ReadyNext)
            {
                Require(++length <= LongestList, "a ready stack is cyclic");
            }
        }
    }

    /// <summary>The free slices are exactly those on which no slab stands, and the account agrees.</summary>
    public void Chunks(int slicesInUse)
    {
        Chunk* chunk = _reservation->Chunks;
        Require(_reservation->HighWater <= 1, "the scenario needs more than one chunk");
        Require(_reservation->WordBytesUsed <= WordArena.PageBytes, "the scenario needs more words than are restored");
        ulong occupied = 0;
        int purgedPages = 0;
        for (int k = 0; k < Layout.SlicesPerChunk; k++)
        {
            Slab* slice = _reservation->Slabs + k;
            bool isOccupied = slice->Kind is (byte)SliceKind.Slab or (byte)SliceKind.Large;
            occupied |= isOccupied ? 1ul << k : 0;
            purgedPages += BitOperations.PopCount(slice->PurgedPages);
            Require(isOccupied || slice->PurgedPages == 0, "pages of a free slice count as a slab's holes");
            Require(
                slice->Kind != (byte)SliceKind.Slab || slice->First != slice || slice->PurgedCount == HolesOf(slice),
                "a slab's holes are miscounted");
        }

        if (chunk->Allocator == null)
        {
            Require(occupied == 0, "a slab stands in a chunk that was given back");
            return;
        }

        Require(occupied >> slicesInUse == 0, "the scenario needs more slices than are restored");
        Require(chunk->FreeSlices == ~occupied, "slices are lost, or free though a slab stands on them");
        Require(_allocator->ChunkLock == 0, "the chunk lock was not released");
        Require(
            _allocator->Idle.DirtySlices == (chunk->IsKept ? 0 : BitOperations.PopCount(chunk->DirtySlices)),
            "dirty slices are miscounted: some were returned twice");
        Require(
            _allocator->Committed
                == _allocator->HeapBytes + _allocator->WordBytes - (purgedPages * (long)_reservation->Os.PageSize)
                    + ((long)BitOperations.PopCount(occupied | chunk->DirtySlices) * Layout.PermitPerSlice),
            "the account of permits is wrong");
    }

    private static int HolesOf(Slab* slab)
    {
        int holes = 0;
        for (int k = 0; k < slab->SliceCount; k++)
        {
            holes += BitOperations.PopCount(slab[k].PurgedPages);
        }

        return holes;
    }

    /// <summary>Each misuse that was not refused was recorded, and counted; and nothing else was.</summary>
    public void Faults(int expected)
    {
        Require(_allocator->InvalidFrees >= expected, "a double free went unnoticed");
        Require(_allocator->InvalidFrees <= expected, "a double free was counted twice, or a correct free taken for one");
    }

    /// <summary>
    /// Each block of the heap's slabs of one class is either live or free, and each slab with a free block is to be found. How
    /// many are free.
    /// </summary>
    public int Slabs(ThreadHeap* heap, uint sizeClass)
    {
        Require(heap->OwnerInside == 0 && heap->Claim == 0, "the heap's lock was not released");
        Require(!Collection.IsReady(heap, sizeClass), "a slab is on the ready stack for nothing");
        HashSet<nint> found = Findable(heap, sizeClass);
        int capacity = 0;
        for (int k = 0; k < Layout.SlicesPerChunk; k++)
        {
            Slab* first = _reservation->Slabs + k;
            if (first->Kind != (byte)SliceKind.Slab || first->First != first || first->Heap != heap || first->Class != sizeClass)
            {
                continue;
            }

            ulong* remote = Reservation.RemoteWords(_reservation, first);
            Require(first->RemoteSummary == 0, "a remote summary is set but its slab was not pushed");
            for (int w = 0; w < first->WordCount; w++)
            {
                Require(remote[w] == 0, "a block freed by another thread is lost: its slab was not pushed");
                ulong free = first->FreeWords[w];
                ulong lives = LiveBits(first, w);
                Require((free & lives) == 0, "a live block is marked free");
                Require((free | lives) == Slab.ValidBits(first->BlockCount, w), "a freed block is lost");
                Require(free == 0 || found.Contains((nint)first), "a slab with free blocks is not to be found");
                capacity += BitOperations.PopCount(free);
            }
        }

        return capacity;
    }

    /// <summary>Changes whenever a slab is born or given back.</summary>
    public long Stamp()
    {
        long stamp = 0;
        for (int k = 0; k < Layout.SlicesPerChunk; k++)
        {
            Slab* first = _reservation->Slabs + k;
            stamp = unchecked((stamp * 31) + (first->Kind * 7) + first->Generation);
        }

        return stamp;
    }

    private HashSet<nint> Findable(ThreadHeap* heap, uint sizeClass)
    {
        HashSet<nint> found = [];
        Slab* head = *ThreadHeap.WithRoom(heap, sizeClass);
        for (Slab* slab = head; slab != null; slab = slab->Next == head ? null : slab->Next)
        {
            Require(found.Add((nint)slab), "the ring of slabs with room does not close where it began");
            Require(slab->Kind == (byte)SliceKind.Slab && slab->Heap == heap, "a slab that was given back is still linked");
            Require(slab->Class == sizeClass && slab->InList == 1 && slab->Next->Previous == slab, "a ring of slabs with room is torn");
        }

        Slab* current = ThreadHeap.Entry(heap, sizeClass)->Slab;
        if (current != &_reservation->EmptySlab)
        {
            Require(found.Add((nint)current), "the current slab is linked");
            Require(current->PurgedCount == 0, "the current slab has holes without permits");
            Require(current->Kind == (byte)SliceKind.Slab && current->Heap == heap, "the current slab was given back");
        }

        return found;
    }

    private ulong LiveBits(Slab* first, int word)
    {
        ulong bits = 0;
        nint start = (nint)Reservation.SliceAddress(_reservation, Reservation.SliceIndex(_reservation, first));
        foreach (nint block in _live)
        {
            long index = (block - start) / (int)first->BlockSize;
            bits |= block >= start && index < first->BlockCount && index >> 6 == word ? 1ul << (int)(index & 63) : 0;
        }

        return bits;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ScenarioException(message);
        }
    }
}
