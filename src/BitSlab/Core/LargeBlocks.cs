namespace BitSlab.Core;

/// <summary>
/// Blocks above the managed maximum: whole slices of a chunk up to 2 MiB, so that a descriptor tells what they are; larger ones
/// straight from the OS, and on request all from malloc, both kept in the registry.
/// </summary>
internal static unsafe class LargeBlocks
{
    // Sizes from here on are refused without asking: sums of them could overflow.
    private static ulong ImpossibleBytes => sizeof(void*) == sizeof(ulong) ? 1ul << 46 : 1ul << 31;

    /// <summary>Whether no amount of free memory would serve such a request.</summary>
    public static bool IsImpossible(nuint bytes, nuint alignment) => bytes >= ImpossibleBytes || alignment >= ImpossibleBytes;

    /// <summary>Allocates; null with the reason when refused. <paramref name="alignment"/> is a power of two.</summary>
    public static void* Alloc(Allocator* allocator, nuint bytes, nuint alignment, AllocStatus* status, bool* zeroed)
    {
        *zeroed = false;
        *status = AllocStatus.OutOfMemory;
        if (IsImpossible(bytes, alignment))
        {
            return null;
        }

        if (allocator->MallocForLarge)
        {
            return AllocOutside(allocator, bytes, alignment, malloc: true, status);
        }

        const nuint LargestInSlices = Layout.MaxLargeSlices * Layout.SliceBytes;
        if (bytes <= LargestInSlices && alignment <= LargestInSlices)
        {
            return AllocSlices(allocator, bytes, alignment, status, zeroed);
        }

        *zeroed = true;
        return AllocOutside(allocator, bytes, alignment, malloc: false, status);
    }

    /// <summary>Frees a block in slices. Its descriptor said that it is large, and the address is its start.</summary>
    public static BlockStatus FreeSlices(Reservation* reservation, Slab* first)
    {
        // Full barrier: of two frees one claims the block; the payload is done before it is used again.
        if (!Atomic.CompareExchange(&first->InList, 0, Slab.LargeLive))
        {
            return BlockStatus.DoubleFree;
        }

        Allocator* allocator = Reservation.ChunkOf(reservation, first)->Allocator;
        SlabLife.Invalidate(first, SliceKind.FreedLarge);
        Chunks.Return(allocator, Reservation.SliceIndex(reservation, first), first->SliceCount);
        return BlockStatus.Live;
    }

    /// <summary>Frees a block that was taken out of the registry.</summary>
    public static void FreeOutside(Reservation* reservation, LargeBlock block)
    {
        Release(reservation, block);
        Count(block, -1);
        Permits.Return(block.Allocator, (long)block.UsableBytes);
    }

    /// <summary>Grows or shrinks a block in slices where it stands; false, and nothing changed, when there is no room.</summary>
    public static bool TryResizeSlices(Reservation* reservation, Slab* first, nuint bytes)
    {
        // Claimed: a free that comes meanwhile, by mistake, is refused.
        if (bytes > (nuint)Layout.MaxLargeSlices * Layout.SliceBytes
            || !Atomic.CompareExchange(&first->InList, Slab.LargeResizing, Slab.LargeLive))
        {
            return false;
        }

        bool done = ResizeClaimed(reservation, first, bytes);

        // Release: who may free it, or resize it, again finds its descriptors as they are now.
        Atomic.StoreRelease(&first->InList, Slab.LargeLive);
        return done;
    }

    private static bool ResizeClaimed(Reservation* reservation, Slab* first, nuint bytes)
    {
        int oldCount = first->SliceCount;
        int newCount = Slices(bytes);
        Allocator* allocator = Reservation.ChunkOf(reservation, first)->Allocator;
        nuint slice = Reservation.SliceIndex(reservation, first);
        if (newCount > oldCount)
        {
            if (!Chunks.TryExtend(allocator, slice, oldCount, newCount))
            {
                return false;
            }

            Describe(first, oldCount, newCount);
        }
        else if (newCount < oldCount)
        {
            for (int k = newCount; k < oldCount; k++)
            {
                // Release: invalid before the slices are given back.
                Atomic.StoreRelease(&first[k].Kind, (byte)SliceKind.FreedLarge);
            }

            first->SliceCount = (byte)newCount;
            first->LargeBytes = (nuint)newCount << Layout.SliceShift;
            Chunks.Return(allocator, slice + (nuint)newCount, oldCount - newCount);
        }

        return true;
    }

    private static int Slices(nuint bytes) => (int)((bytes + Layout.SliceBytes - 1) >> Layout.SliceShift);

    private static void* AllocSlices(Allocator* allocator, nuint bytes, nuint alignment, AllocStatus* status, bool* zeroed)
    {
        Reservation* reservation = allocator->Reservation;
        int count = Slices(bytes == 0 ? 1 : bytes);
        int sliceAlignment = alignment <= Layout.SliceBytes ? 1 : (int)(alignment >> Layout.SliceShift);
        nuint slice;
        *status = Chunks.Take(allocator, count, sliceAlignment, true, &slice, zeroed);
        if (*status != AllocStatus.Ok)
        {
            return null;
        }

        Slab* first = reservation->Slabs + slice;
        first->Start = unchecked((uint)(nuint)Reservation.SliceAddress(reservation, slice));
        first->InList = Slab.LargeLive;
        Describe(first, 0, count);
        return Reservation.SliceAddress(reservation, slice);
    }

    // A slice's old fields would let its blocks be taken for a slab's: the kind says large, valid last.
    private static void Describe(Slab* first, int from, int count)
    {
        first->SliceCount = (byte)count;
        first->LargeBytes = (nuint)count << Layout.SliceShift;
        for (int k = count - 1; k >= from; k--)
        {
            first[k].First = first;
            first[k].Start = first->Start;
            first[k].BlockCount = 0;

            // Plain, before the kind: the release behind it makes it visible first.
            Atomic.Store((void**)&first[k].LocalOwner, Slab.NoHeap);
            Atomic.StoreRelease(&first[k].Kind, (byte)SliceKind.Large);
        }
    }

    private static void* AllocOutside(Allocator* allocator, nuint bytes, nuint alignment, bool malloc, AllocStatus* status)
    {
        Reservation* reservation = allocator->Reservation;
        nuint wanted = malloc ? bytes : Reservation.RoundUp(bytes == 0 ? 1 : bytes, reservation->Os.PageSize);

        if (Permits.WouldCrossSoftLimit(allocator, (long)wanted))
        {
            *status = AllocStatus.SoftLimitReached;
            return null;
        }

        // The permit before the memory, and the block into the registry before the user has it.
        *status = AllocStatus.LimitReached;
        if (!Permits.TryTake(allocator, (long)wanted))
        {
            return null;
        }

        LargeBlock block = default;
        block.Allocator = allocator;
        *status = AllocStatus.OutOfMemory;
        if (!(malloc ? Malloc(reservation, wanted, alignment, &block) : Map(reservation, wanted, alignment, &block)))
        {
            Permits.Return(allocator, (long)wanted);
            return null;
        }

        // Malloc may have given more than was asked for: the account follows what is held.
        if (!Permits.TryTake(allocator, (long)(block.UsableBytes - wanted)))
        {
            Permits.Return(allocator, (long)wanted);
            Release(reservation, block);
            *status = AllocStatus.LimitReached;
            return null;
        }

        Count(block, 1);
        if (!LargeRegistry.Add(reservation, block))
        {
            FreeOutside(reservation, block);
            return null;
        }

        *status = AllocStatus.Ok;
        return (void*)block.Address;
    }

    private static bool Malloc(Reservation* reservation, nuint bytes, nuint alignment, LargeBlock* block)
    {
        void* address = reservation->Os.Malloc(bytes, alignment);
        block->Address = (nuint)address;
        block->UsableBytes = reservation->Os.MallocUsableSize == null || address == null ? bytes : reservation->Os.MallocUsableSize(address);
        return address != null;
    }

    private static bool Map(Reservation* reservation, nuint bytes, nuint alignment, LargeBlock* block)
    {
        block->UsableBytes = bytes;
        block->MappingBytes = alignment <= reservation->Os.PageSize ? bytes : bytes + alignment;
        block->Mapping = reservation->Os.Reserve(block->MappingBytes);
        if (block->Mapping == null)
        {
            return false;
        }

        block->Address = Reservation.RoundUp((nuint)block->Mapping, alignment);
        if (reservation->Os.Commit((void*)block->Address, bytes))
        {
            return true;
        }

        reservation->Os.Release(block->Mapping, block->MappingBytes);
        return false;
    }

    private static void Release(Reservation* reservation, LargeBlock block)
    {
        if (block.MappingBytes == 0)
        {
            reservation->Os.FreeMalloc((void*)block.Address);
        }
        else
        {
            reservation->Os.Release(block.Mapping, block.MappingBytes);
        }
    }

    private static void Count(LargeBlock block, int sign)
    {
        // Counters: atomic so that none is lost; they order nothing.
        Atomic.Add(&block.Allocator->OutsideBlocks, sign);
        Atomic.Add(&block.Allocator->OutsideBytes, sign * (long)block.UsableBytes);
        Atomic.Add(&block.Allocator->OutsideReserved, sign * (long)(block.MappingBytes == 0 ? block.UsableBytes : block.MappingBytes));
    }
}
