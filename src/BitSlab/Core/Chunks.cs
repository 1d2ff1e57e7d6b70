using System.Numerics;

namespace BitSlab.Core;

/// <summary>Takes slices of an allocator's chunks, and returns them and their pages.</summary>
internal static unsafe class Chunks
{
    /// <summary>
    /// Free slices in partly used chunks that may stay resident: half a chunk's worth (2 MiB), so that slabs that come and go cost
    /// no page faults, and what a drained allocator holds on to, with the kept chunk and the current slabs, stays under 16 MiB.
    /// </summary>
    public const int MaxDirtySlices = Layout.SlicesPerChunk / 2;

    /// <summary>Takes neighbouring slices of one chunk, with permits for those that have none.</summary>
    /// <param name="allocator">For whom.</param>
    /// <param name="count">1 to 64.</param>
    /// <param name="alignment">In slices, a power of two up to 64.</param>
    /// <param name="slice">The index of the first slice.</param>
    /// <param name="zeroed">Whether all the slices' bytes read as zero.</param>
    public static AllocStatus Take(Allocator* allocator, int count, int alignment, nuint* slice, bool* zeroed)
    {
        Reservation* reservation = allocator->Reservation;
        bool purged = false;
        while (true)
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            int start;
            Chunk* chunk = FindRoom(allocator, count, alignment, &start);
            if (chunk != null)
            {
                ulong mask = Bits.Run(start, count);
                *zeroed = (mask & chunk->DirtySlices) == 0 && !chunk->Unclean;
                if (TryOccupy(allocator, chunk, mask))
                {
                    *slice = ((nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk) + (nuint)start;
                    CoreLock.Exit(&allocator->ChunkLock);
                    return AllocStatus.Ok;
                }

                CoreLock.Exit(&allocator->ChunkLock);

                // Resident free slices that do not fit hold permits: give them back and look once more.
                if (purged || !Purge(allocator))
                {
                    return AllocStatus.LimitReached;
                }

                purged = true;
                continue;
            }

            CoreLock.Exit(&allocator->ChunkLock);
            chunk = ChunkSource.Take(allocator);
            if (chunk == null)
            {
                return AllocStatus.OutOfMemory;
            }

            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            ChunkList.Add(allocator, chunk);
            CoreLock.Exit(&allocator->ChunkLock);
        }
    }

    /// <summary>Returns slices that are nobody's any more. Their descriptors have been made invalid.</summary>
    public static void Return(Allocator* allocator, nuint slice, int count)
    {
        Reservation* reservation = allocator->Reservation;
        Chunk* chunk = reservation->Chunks + (slice / Layout.SlicesPerChunk);
        ulong mask = Bits.Run((int)(slice % Layout.SlicesPerChunk), count);

        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        chunk->DirtySlices |= mask;
        allocator->DirtySlices += count;
        Chunk* empty = Vacate(allocator, chunk, mask);
        ulong dirty = empty == null && chunk->HasRoom && allocator->DirtySlices > MaxDirtySlices ? BeginPurge(allocator, chunk) : 0;
        CoreLock.Exit(&allocator->ChunkLock);

        if (empty != null)
        {
            ChunkSource.GiveBack(allocator, empty);
        }

        if (dirty != 0)
        {
            FinishPurge(allocator, chunk, dirty);
        }
    }

    /// <summary>Takes the slices behind a large block, to let it grow in place; false when they are not free, or the limit is reached.</summary>
    public static bool TryExtend(Allocator* allocator, nuint slice, int oldCount, int newCount)
    {
        Reservation* reservation = allocator->Reservation;
        Chunk* chunk = reservation->Chunks + (slice / Layout.SlicesPerChunk);
        int start = (int)(slice % Layout.SlicesPerChunk) + oldCount;
        int more = newCount - oldCount;
        if (start + more > Layout.SlicesPerChunk)
        {
            return false;
        }

        ulong mask = Bits.Run(start, more);
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        bool done = (chunk->FreeSlices & mask) == mask && TryOccupy(allocator, chunk, mask);
        CoreLock.Exit(&allocator->ChunkLock);
        return done;
    }

    /// <summary>Gives the kept chunk and the pages of all free slices back to the OS. False when there were none.</summary>
    public static bool Purge(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        long before = Atomic.LoadAcquire(&allocator->Returned);

        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        Chunk* kept = allocator->Kept;
        if (kept != null)
        {
            allocator->Kept = null;
            ChunkList.Remove(allocator, kept);
        }

        CoreLock.Exit(&allocator->ChunkLock);
        if (kept != null)
        {
            ChunkSource.GiveBack(allocator, kept);
        }

        while (true)
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            Chunk* chunk = allocator->FirstWithRoom;
            while (chunk != null && (chunk->FreeSlices & chunk->DirtySlices) == 0)
            {
                chunk = chunk->NextWithRoom;
            }

            ulong dirty = chunk == null ? 0 : BeginPurge(allocator, chunk);
            CoreLock.Exit(&allocator->ChunkLock);
            if (chunk == null || !FinishPurge(allocator, chunk, dirty))
            {
                return Atomic.LoadAcquire(&allocator->Returned) != before;
            }
        }
    }

    /// <summary>
    /// Takes all slices of all chunks back, whatever stood there, and all chunks but, on request, one. Nothing else runs on
    /// the allocator; all descriptors have been made invalid.
    /// </summary>
    public static void ReturnAll(Allocator* allocator, bool keepOne)
    {
        Reservation* reservation = allocator->Reservation;
        while (true)
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            Chunk* chunk = allocator->FirstChunk;
            while (keepOne && chunk != null && chunk == allocator->Kept)
            {
                chunk = chunk->Next;
            }

            Chunk* empty = null;
            if (chunk != null && chunk == allocator->Kept)
            {
                allocator->Kept = null;
                ChunkList.Remove(allocator, chunk);
                empty = chunk;
            }
            else if (chunk != null)
            {
                ulong occupied = ~chunk->FreeSlices;
                chunk->DirtySlices |= occupied;
                allocator->DirtySlices += BitOperations.PopCount(occupied);
                empty = Vacate(allocator, chunk, occupied);
            }

            CoreLock.Exit(&allocator->ChunkLock);
            if (chunk == null)
            {
                return;
            }

            if (empty != null)
            {
                ChunkSource.GiveBack(allocator, empty);
            }
        }
    }

    private static Chunk* FindRoom(Allocator* allocator, int count, int alignment, int* start)
    {
        for (Chunk* chunk = allocator->FirstWithRoom; chunk != null; chunk = chunk->NextWithRoom)
        {
            // Slices with resident pages first: they cost no page faults and no permit.
            *start = Bits.FindRun(chunk->FreeSlices & chunk->DirtySlices, count, alignment);
            if (*start < 0)
            {
                *start = Bits.FindRun(chunk->FreeSlices, count, alignment);
            }

            if (*start >= 0)
            {
                return chunk;
            }
        }

        *start = 0;
        return allocator->Kept;
    }

    /// <summary>Marks free slices occupied, with permits for those that have none; false, and nothing changed, at the limit.</summary>
    private static bool TryOccupy(Allocator* allocator, Chunk* chunk, ulong mask)
    {
        int fresh = BitOperations.PopCount(mask & ~chunk->DirtySlices);
        if (!Allocator.TakePermits(allocator, (long)fresh * Layout.PermitPerSlice))
        {
            return false;
        }

        if (chunk == allocator->Kept)
        {
            allocator->Kept = null;
            ChunkList.LinkWithRoom(allocator, chunk);
            allocator->DirtySlices += BitOperations.PopCount(chunk->DirtySlices);
        }

        allocator->DirtySlices -= BitOperations.PopCount(chunk->DirtySlices & mask);
        chunk->DirtySlices &= ~mask;
        chunk->FreeSlices &= ~mask;
        if (chunk->FreeSlices == 0)
        {
            ChunkList.UnlinkWithRoom(allocator, chunk);
        }

        return true;
    }

    /// <summary>Marks slices free. When all are, the chunk becomes the kept one, or is taken from the allocator and returned.</summary>
    private static Chunk* Vacate(Allocator* allocator, Chunk* chunk, ulong mask)
    {
        chunk->FreeSlices |= mask;
        if (chunk->FreeSlices != ulong.MaxValue)
        {
            ChunkList.LinkWithRoom(allocator, chunk);
            return null;
        }

        ChunkList.UnlinkWithRoom(allocator, chunk);
        allocator->DirtySlices -= BitOperations.PopCount(chunk->DirtySlices);
        if (allocator->Kept == null)
        {
            allocator->Kept = chunk;
            return null;
        }

        ChunkList.Remove(allocator, chunk);
        return chunk;
    }

    private static ulong BeginPurge(Allocator* allocator, Chunk* chunk)
    {
        ulong dirty = chunk->FreeSlices & chunk->DirtySlices;
        Atomic.Add(&allocator->Returning, 1);
        allocator->DirtySlices -= BitOperations.PopCount(dirty);
        chunk->FreeSlices &= ~dirty;
        if (chunk->FreeSlices == 0)
        {
            ChunkList.UnlinkWithRoom(allocator, chunk);
        }

        return dirty;
    }

    private static bool FinishPurge(Allocator* allocator, Chunk* chunk, ulong dirty)
    {
        Reservation* reservation = allocator->Reservation;
        nuint firstSlice = (nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk;
        bool done = true;
        ulong left = dirty;
        while (left != 0 && done)
        {
            int start = BitOperations.TrailingZeroCount(left);
            int count = BitOperations.TrailingZeroCount(~(left >> start));
            done = reservation->Os.Purge(
                Reservation.SliceAddress(reservation, firstSlice + (nuint)start), (nuint)count << Layout.SliceShift);
            left &= ~Bits.Run(start, count);
        }

        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        if (done)
        {
            chunk->DirtySlices &= ~dirty;
            ChunkSource.CountReturned(allocator, dirty);
        }
        else
        {
            allocator->DirtySlices += BitOperations.PopCount(dirty);
        }

        Chunk* empty = Vacate(allocator, chunk, dirty);
        CoreLock.Exit(&allocator->ChunkLock);
        Atomic.Add(&allocator->Returning, -1);
        if (empty != null)
        {
            ChunkSource.GiveBack(allocator, empty);
        }

        return done;
    }
}
