using System.Runtime.CompilerServices;

namespace BitSlab.Core;

/// <summary>Where a block stands.</summary>
internal unsafe struct BlockPlace
{
    /// <summary>The descriptor of the slice in which the block begins; null outside the reservation.</summary>
    public Slab* Slice;

    /// <summary>The block's index in its slab.</summary>
    public uint Index;

    /// <summary>Whether it is a block of a slab.</summary>
    public bool InSlab;

    public Allocator* Allocator;
    public nuint UsableBytes;
}

/// <summary>From an address to what it is; the slow but complete answer, and the frees that need it.</summary>
internal static unsafe class Blocks
{
    /// <summary>Finds a live block.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="block">Any address.</param>
    /// <param name="expected">Whose block it must be; null for anyone's.</param>
    /// <param name="place">Where it stands, when live.</param>
    public static BlockStatus Find(Reservation* reservation, void* block, Allocator* expected, BlockPlace* place)
    {
        BlockStatus status = Locate(reservation, block, expected, place);
        if (status != BlockStatus.Live || place->Slice == null)
        {
            return status;
        }

        Slab* first = place->Slice->First;
        if (!place->InSlab)
        {
            // Acquire pairs with the free's compare-and-swap and with a resize's release.
            return Atomic.LoadAcquire(&first->InList) == Slab.LargeLive ? BlockStatus.Live : BlockStatus.DoubleFree;
        }

        // Remote before free, as everywhere: the collector sets the free bit after it took the remote one.
        int w = (int)(place->Index >> 6);
        ulong gone = Atomic.LoadAcquire(Reservation.RemoteWords(reservation, first) + w);
        gone |= Atomic.LoadAcquire(first->FreeWords + w);
        return (gone & (1ul << (int)(place->Index & 63))) == 0 ? BlockStatus.Live : BlockStatus.DoubleFree;
    }

    /// <summary>Frees a block of any kind, by any thread.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="block">Any address.</param>
    /// <param name="expected">Whose block it must be; null for anyone's.</param>
    /// <param name="token">The calling thread's token; 0 when it owns no heap.</param>
    public static BlockStatus Free(Reservation* reservation, void* block, Allocator* expected, ulong token)
    {
        // Most frees that come here are another thread's, of a block of a slab: without detours.
        Slab* slice = FindInSlab(reservation, block, expected, out uint index);
        if (slice != null)
        {
            return FreeInSlab(reservation, slice, index, token);
        }

        BlockPlace place;
        BlockStatus status = Locate(reservation, block, expected, &place);
        if (status != BlockStatus.Live)
        {
            return status;
        }

        if (place.Slice == null)
        {
            LargeBlock large;
            status = LargeRegistry.Find(reservation, (nuint)block, expected, remove: true, &large);
            if (status == BlockStatus.Live)
            {
                LargeBlocks.FreeOutside(reservation, large);
            }

            return status;
        }

        return place.InSlab
            ? FreeInSlab(reservation, place.Slice, place.Index, token)
            : LargeBlocks.FreeSlices(reservation, place.Slice->First);
    }

    /// <summary>The descriptor of the slice and the index of a block of a slab, live or free; null for anything else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slab* FindInSlab(Reservation* reservation, void* block, Allocator* expected, out uint index)
    {
        index = 0;
        nuint number = Slab.SliceOf(block);
        if (!Slab.IsReserved(number, reservation->FirstSlice, reservation->SliceCount))
        {
            return null;
        }

        // Acquire, and first: whoever sees a kind sees the fields that go with it.
        Slab* slice = Slab.At(number, reservation->Table);
        bool inSlab = Atomic.LoadAcquire(&slice->Kind) == (byte)SliceKind.Slab;
        index = Slab.IndexOf(slice, block);
        return inSlab && index < slice->BlockCount
            && (expected == null || Reservation.ChunkOf(reservation, slice)->Allocator == expected)
            ? slice
            : null;
    }

    // Acquire: who sees the chunk taken sees its table.
    private static bool IsBetweenChunks(Reservation* reservation, nuint offset) =>
        reservation->Os.ChunksFromMalloc
        && Atomic.LoadAcquire((void**)&reservation->Chunks[offset >> Layout.ChunkShift].Allocator) == null;

    private static BlockStatus FreeInSlab(Reservation* reservation, Slab* slice, uint index, ulong token)
    {
        if (Owns(slice->First, token))
        {
            return LocalFree.Free(slice->First->Heap, slice, index);
        }

        ulong bit = 1ul << (int)(index & 63);
        return RemoteFree.Free(reservation, slice, slice, (int)(index >> 6), bit) == 0
            ? BlockStatus.Live
            : BlockStatus.DoubleFree;
    }

    /// <summary>Whether the thread with this token owns the slab's heap.</summary>
    public static bool Owns(Slab* first, ulong token) =>
        token != 0 && Atomic.LoadAcquire(&first->Heap->OwnerWord) == token;

    /// <summary>
    /// Finds where a block stands, whether live or free. Not <see cref="BlockStatus.Live"/> when nothing stands there, or
    /// something else does.
    /// </summary>
    public static BlockStatus Locate(Reservation* reservation, void* block, Allocator* expected, BlockPlace* place)
    {
        nuint offset = unchecked((nuint)block - reservation->Base);
        bool isReserved = offset < reservation->Bytes;
        if (!isReserved || IsBetweenChunks(reservation, offset))
        {
            LargeBlock large;
            BlockStatus status = LargeRegistry.Find(reservation, (nuint)block, expected, remove: false, &large);
            place->Slice = null;
            place->InSlab = false;
            place->Allocator = large.Allocator;
            place->UsableBytes = large.UsableBytes;
            if (!isReserved || status != BlockStatus.UnknownPointer)
            {
                return status;
            }

            // What stood here when the chunk was ours the table may know still.
        }

        // Acquire, and first: whoever sees a kind sees the fields that go with it.
        Slab* slice = reservation->Slabs + (offset >> Layout.SliceShift);
        SliceKind kind = (SliceKind)Atomic.LoadAcquire(&slice->Kind);
        uint inSlab = unchecked((uint)(nuint)block - slice->Start);
        place->Slice = slice;
        place->Index = Slab.IndexOf(slice, block);
        bool isStart = place->Index < slice->BlockCount;

        switch (kind)
        {
            case SliceKind.Slab:
                place->InSlab = true;
                place->UsableBytes = slice->BlockSize;
                break;

            case SliceKind.Large:
                place->InSlab = false;
                place->UsableBytes = slice->First->LargeBytes;
                isStart = inSlab == 0;
                break;

            case SliceKind.FreedSlab:
                return isStart ? BlockStatus.DoubleFree : BlockStatus.InteriorPointer;

            case SliceKind.FreedLarge:
                return inSlab == 0 ? BlockStatus.DoubleFree : BlockStatus.InteriorPointer;

            case SliceKind.Stale:
                return BlockStatus.StaleBlock;

            default:
                return BlockStatus.UnknownPointer;
        }

        place->Allocator = Reservation.ChunkOf(reservation, slice)->Allocator;
        return expected != null && expected != place->Allocator ? BlockStatus.OtherAllocator
            : isStart ? BlockStatus.Live
            : BlockStatus.InteriorPointer;
    }
}
