using System.Numerics;

namespace BitSlab.Core;

/// <summary>Takes slices of an allocator's chunks, and returns them and their pages.</summary>
internal static unsafe class Chunks
{
    /// <summary>Takes neighbouring slices of one chunk, with permits for those that have none.</summary>
    /// <param name="allocator">For whom.</param>
    /// <param name="count">1 to 64.</param>
    /// <param name="alignment">In slices, a power of two up to 64.</param>
    /// <param name="dense">Whether all of their pages are about to be used, so that resident ones are wanted first.</param>
    /// <param name="slice">The index of the first slice.</param>
    /// <param name="zeroed">Whether all the slices' bytes read as zero.</param>
    public static AllocStatus Take(Allocator* allocator, int count, int alignment, bool dense, nuint* slice, bool* zeroed)
    {
        Reservation* reservation = allocator->Reservation;
        bool purged = false;
        while (true)
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            int start;
            Chunk* chunk = FindRoom(allocator, count, alignment, dense, &start);
            if (chunk != null)
            {
                ulong mask = Bits.Run(start, count);
                *zeroed = (mask & chunk->DirtySlices) == 0 && !chunk->Unclean;
                AllocStatus status = TryOccupy(allocator, chunk, mask);
                if (status == AllocStatus.Ok)
                {
                    *slice = ((nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk) + (nuint)start;

                    // The rest of a kept chunk is idle like any other now.
                    bool wake = MustWake(allocator);
                    CoreLock.Exit(&allocator->ChunkLock);
                    if (wake)
                    {
                        Rounds.EnsureTimer(reservation);
                    }

                    return AllocStatus.Ok;
                }

                CoreLock.Exit(&allocator->ChunkLock);

                // Resident free slices that do not fit hold permits: give them back and look once more.
                if (status == AllocStatus.SoftLimitReached || purged || !Purge(allocator))
                {
                    return status;
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
        IdleMemory.AddDirty(allocator, count);
        Chunk* empty = Vacate(allocator, chunk, mask);
        bool purges = empty == null && chunk->HasRoom && allocator->Idle.HasTooManyDirtySlices && !reservation->Os.ChunksFromMalloc;
        ulong dirty = purges ? BeginPurge(allocator, chunk) : 0;

        bool wake = MustWake(allocator);
        CoreLock.Exit(&allocator->ChunkLock);
        if (empty != null)
        {
            ChunkSource.GiveBack(allocator, empty);
        }

        if (dirty != 0)
        {
            FinishPurge(allocator, chunk, dirty);
        }

        if (wake)
        {
            Rounds.EnsureTimer(reservation);
        }
    }

    /// <summary>
    /// Returns slices that were taken without pages, and not touched. No memory comes back to anyone by that: whoever was refused for want of it
    /// must not try again for this.
    /// </summary>
    public static void ReturnUntouched(Allocator* allocator, nuint slice, int count)
    {
        Reservation* reservation = allocator->Reservation;
        Permits.BeginReturn(allocator);
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        Permits.Return(allocator, (long)count * Layout.PermitPerSlice);
        EndPurge(
            allocator, reservation->Chunks + (slice / Layout.SlicesPerChunk), Bits.Run((int)(slice % Layout.SlicesPerChunk), count));
    }

    /// <summary>
    /// Returns the slices of a slab of which pages were given back already, as holes: the rest goes, too. Nobody allocated there for some time.
    /// </summary>
    /// <param name="allocator">Whose they are.</param>
    /// <param name="slice">The first slice.</param>
    /// <param name="count">How many.</param>
    /// <param name="purged">The bytes of the pages that are with the OS, without permits.</param>
    public static void ReturnPurged(Allocator* allocator, nuint slice, int count, long purged)
    {
        Reservation* reservation = allocator->Reservation;
        Permits.BeginReturn(allocator);
        if (!reservation->Os.Purge(Reservation.SliceAddress(reservation, slice), (nuint)count << Layout.SliceShift))
        {
            Permits.Force(allocator, purged);
            Permits.EndReturn(allocator);
            Return(allocator, slice, count);
            return;
        }

        Chunk* chunk = reservation->Chunks + (slice / Layout.SlicesPerChunk);
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        Permits.ReturnWithPages(
            allocator, ((long)count * Layout.PermitPerSlice) - purged, ((long)count << Layout.SliceShift) - purged);
        EndPurge(allocator, chunk, Bits.Run((int)(slice % Layout.SlicesPerChunk), count));
    }

    /// <summary>Commits chunks and makes their pages resident, to be kept: what the user wants upfront.</summary>
    public static AllocStatus Prefault(Allocator* allocator, long bytes)
    {
        Reservation* reservation = allocator->Reservation;
        if (bytes >= allocator->LiveBeforeHugePages)
        {
            // So much is going to live.
            allocator->LiveBeforeHugePages = 0;
        }

        for (long done = 0; done < bytes; done += Layout.ChunkBytes)
        {
            if (!Permits.TryTake(allocator, (long)Layout.SlicesPerChunk * Layout.PermitPerSlice))
            {
                return AllocStatus.LimitReached;
            }

            Chunk* chunk = ChunkSource.Take(allocator);
            bool populated = chunk != null && reservation->Os.Populate(ChunkSource.DataOf(reservation, chunk), Layout.ChunkBytes);
            if (chunk == null)
            {
                Permits.Return(allocator, (long)Layout.SlicesPerChunk * Layout.PermitPerSlice);
                return AllocStatus.OutOfMemory;
            }

            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            ChunkList.Add(allocator, chunk);
            ChunkList.UnlinkWithRoom(allocator, chunk);
            chunk->DirtySlices = ulong.MaxValue;
            IdleMemory.Keep(allocator, chunk);
            allocator->Idle.Floor += Layout.SlicesPerChunk;
            CoreLock.Exit(&allocator->ChunkLock);
            if (!populated)
            {
                return AllocStatus.OutOfMemory;
            }
        }

        return AllocStatus.Ok;
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
        bool done = (chunk->FreeSlices & mask) == mask && TryOccupy(allocator, chunk, mask) == AllocStatus.Ok;
        CoreLock.Exit(&allocator->ChunkLock);
        return done;
    }

    /// <summary>
    /// Gives the kept chunks and the pages of all free slices back to the OS, because memory is short or is wanted back: what was learned
    /// is forgotten. False when there were none.
    /// </summary>
    public static bool Purge(Allocator* allocator)
    {
        long before = Atomic.LoadAcquire(&allocator->Returned);
        GiveBack(allocator, int.MaxValue, int.MaxValue);
        CoreLock.Enter(&allocator->ChunkLock, &allocator->Reservation->Os);
        IdleMemory.Forget(allocator);
        CoreLock.Exit(&allocator->ChunkLock);

        // Acquire: in one piece. What this thread gave back it sees in any case.
        return Atomic.LoadAcquire(&allocator->Returned) != before;
    }

    /// <summary>Gives free slices that lay idle since the last call back to the OS. False when none are left that the next might find idle.</summary>
    public static bool Tick(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        int chunks;
        int slices;
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        IdleMemory.Tick(allocator, &chunks, &slices);
        CoreLock.Exit(&allocator->ChunkLock);
        GiveBack(allocator, chunks, slices);
        EndHugePages(allocator);

        // What lay idle so long was not given back too soon.
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        allocator->Idle.Returned = 0;
        CoreLock.Exit(&allocator->ChunkLock);
        return HasIdle(allocator);
    }

    /// <summary>Whether so much stays that a tick has to look after it.</summary>
    public static bool HasIdle(Allocator* allocator)
    {
        CoreLock.Enter(&allocator->ChunkLock, &allocator->Reservation->Os);
        bool any = allocator->GivesBackIdle && allocator->Idle.HasIdle;
        CoreLock.Exit(&allocator->ChunkLock);
        return any;
    }

    // For chunks of which slices are free and without pages.
    private static void EndHugePages(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        Chunk* chunk;
        do
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            chunk = allocator->FirstWithRoom;
            while (chunk != null && (!chunk->IsHuge || (chunk->FreeSlices & ~chunk->DirtySlices) == 0))
            {
                chunk = chunk->NextWithRoom;
            }

            CoreLock.Exit(&allocator->ChunkLock);
            if (chunk != null)
            {
                // No OS call under the lock. A chunk that has gone meanwhile loses an advice, and no more.
                ChunkSource.EndHugePages(reservation, chunk);
            }
        }
        while (chunk != null);
    }

    // Kept chunks and dirty slices, at most so many where there are so many; of the slices up to a chunk's worth more.
    private static void GiveBack(Allocator* allocator, int chunks, int slices)
    {
        Reservation* reservation = allocator->Reservation;
        for (; chunks > 0; chunks--)
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            Chunk* kept = IdleMemory.TakeKept(allocator);
            if (kept != null)
            {
                ChunkList.Remove(allocator, kept);
            }

            CoreLock.Exit(&allocator->ChunkLock);
            if (kept == null)
            {
                break;
            }

            ChunkSource.GiveBack(allocator, kept);
        }

        while (slices > 0)
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            Chunk* chunk = allocator->FirstWithRoom;
            while (chunk != null && (chunk->FreeSlices & chunk->DirtySlices) == 0)
            {
                chunk = chunk->NextWithRoom;
            }

            ulong dirty = chunk == null ? 0 : BeginPurge(allocator, chunk);
            CoreLock.Exit(&allocator->ChunkLock);
            if (chunk == null)
            {
                break;
            }

            ChunkSource.EndHugePages(reservation, chunk);
            if (!FinishPurge(allocator, chunk, dirty))
            {
                break;
            }

            slices -= BitOperations.PopCount(dirty);
        }
    }

    /// <summary>
    /// Takes all slices of all chunks back, whatever stood there. Chunks are kept as when they become empty otherwise. Nothing else
    /// runs on the allocator; all descriptors have been made invalid.
    /// </summary>
    public static void ReturnAll(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        Chunk* next;
        for (Chunk* chunk = allocator->FirstChunk; chunk != null; chunk = next)
        {
            next = chunk->Next;
            if (chunk->IsKept)
            {
                continue;
            }

            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            ulong occupied = ~chunk->FreeSlices;
            chunk->DirtySlices |= occupied;
            IdleMemory.AddDirty(allocator, BitOperations.PopCount(occupied));
            Chunk* empty = Vacate(allocator, chunk, occupied);
            CoreLock.Exit(&allocator->ChunkLock);
            if (empty != null)
            {
                ChunkSource.GiveBack(allocator, empty);
            }
        }

        if (HasIdle(allocator))
        {
            Rounds.EnsureTimer(reservation);
        }
    }

    private static Chunk* FindRoom(Allocator* allocator, int count, int alignment, bool dense, int* start)
    {
        for (Chunk* chunk = allocator->FirstWithRoom; chunk != null; chunk = chunk->NextWithRoom)
        {
            // Slices with resident pages cost no page faults and no permit. But where few of the pages will be used, the rest would stay
            // resident for nothing, as long as the slab stands.
            *start = Bits.FindRun(chunk->FreeSlices & (dense ? chunk->DirtySlices : ~chunk->DirtySlices), count, alignment);
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
        return allocator->Idle.Kept;
    }

    /// <summary>Marks free slices occupied, with permits for those that have none; or says why not, and nothing is changed.</summary>
    private static AllocStatus TryOccupy(Allocator* allocator, Chunk* chunk, ulong mask)
    {
        int fresh = BitOperations.PopCount(mask & ~chunk->DirtySlices);
        long permits = (long)fresh * Layout.PermitPerSlice;
        if (fresh != 0 && Permits.WouldCrossSoftLimit(allocator, permits))
        {
            return AllocStatus.SoftLimitReached;
        }

        if (fresh != 0 && !Permits.TryTake(allocator, permits))
        {
            return AllocStatus.LimitReached;
        }

        if (chunk->IsKept)
        {
            // It is the one that was kept last.
            IdleMemory.TakeKept(allocator);
            ChunkList.LinkWithRoom(allocator, chunk);
            IdleMemory.AddDirty(allocator, BitOperations.PopCount(chunk->DirtySlices));
        }

        IdleMemory.TookFresh(allocator, fresh);
        IdleMemory.AddDirty(allocator, -BitOperations.PopCount(chunk->DirtySlices & mask));
        chunk->DirtySlices &= ~mask;
        chunk->FreeSlices &= ~mask;
        if (chunk->FreeSlices == 0)
        {
            ChunkList.UnlinkWithRoom(allocator, chunk);
        }

        return AllocStatus.Ok;
    }

    /// <summary>Marks slices free. When all are, the chunk is kept, or taken from the allocator and returned.</summary>
    private static Chunk* Vacate(Allocator* allocator, Chunk* chunk, ulong mask)
    {
        chunk->FreeSlices |= mask;
        if (chunk->FreeSlices != ulong.MaxValue)
        {
            ChunkList.LinkWithRoom(allocator, chunk);
            return null;
        }

        ChunkList.UnlinkWithRoom(allocator, chunk);
        IdleMemory.AddDirty(allocator, -BitOperations.PopCount(chunk->DirtySlices));
        if (allocator->Idle.MayKeepChunk)
        {
            IdleMemory.Keep(allocator, chunk);
            return null;
        }

        ChunkList.Remove(allocator, chunk);
        return chunk;
    }

    private static ulong BeginPurge(Allocator* allocator, Chunk* chunk)
    {
        ulong dirty = chunk->FreeSlices & chunk->DirtySlices;
        Permits.BeginReturn(allocator);
        IdleMemory.AddDirty(allocator, -BitOperations.PopCount(dirty));
        IdleMemory.Gave(allocator, dirty);
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
            IdleMemory.AddDirty(allocator, BitOperations.PopCount(dirty));
        }

        EndPurge(allocator, chunk, dirty);
        return done;
    }

    // What was on its way is free; under the chunk lock, which ends.
    private static void EndPurge(Allocator* allocator, Chunk* chunk, ulong mask)
    {
        Chunk* empty = Vacate(allocator, chunk, mask);
        bool wake = MustWake(allocator);
        CoreLock.Exit(&allocator->ChunkLock);
        Permits.EndReturn(allocator);
        if (empty != null)
        {
            ChunkSource.GiveBack(allocator, empty);
        }

        if (wake)
        {
            Rounds.EnsureTimer(allocator->Reservation);
        }
    }

    // Under the chunk lock: the timer stops before it looks there for the last time, so that either it sees what is idle, or this that
    // it stopped.
    private static bool MustWake(Allocator* allocator) =>
        allocator->GivesBackIdle && allocator->Idle.HasIdle && Rounds.IsTimerStopped(allocator->Reservation);
}
