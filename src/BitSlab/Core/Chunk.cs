using System.Numerics;
using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>
/// 4 MiB taken from the reservation in one step, cut into slices, given back whole. Its descriptor stands in a table beside
/// the slices'. Under the allocator's chunk lock, but for <see cref="Allocator"/>, which is constant while anything stands in the chunk.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Chunk
{
    /// <summary>Whose the chunk is; null when it is in the reservation.</summary>
    public Allocator* Allocator;

    /// <summary>1 = free. A range leaves this map before an OS call on it and enters it after the call returned.</summary>
    public ulong FreeSlices;

    /// <summary>Free slices that may have resident pages: they hold a permit, and do not read as zeros.</summary>
    public ulong DirtySlices;

    public Chunk* Next;
    public Chunk* Previous;
    public Chunk* NextWithRoom;
    public Chunk* PreviousWithRoom;

    /// <summary>Linked among the partly used chunks with free slices.</summary>
    public bool HasRoom;

    /// <summary>The data are accessible. Belongs to who took the chunk from the reservation.</summary>
    public bool Committed;

    /// <summary>The descriptors of the chunk's slices are writable: from its first use on.</summary>
    public bool TablesCommitted;

    /// <summary>The OS refused to take the pages back once: free slices may hold old data though they are not marked dirty.</summary>
    public bool Unclean;
}

/// <summary>Takes slices for an allocator and returns them; takes chunks from the reservation and gives them back.</summary>
internal static unsafe class Chunks
{
    /// <summary>
    /// Free slices in partly used chunks that may stay resident: half a chunk's worth (2 MiB), so that slabs that come and go cost
    /// no page faults, and what a drained allocator holds on to, with the kept chunk and the current slabs, stays under 16 MiB.
    /// </summary>
    public const int MaxDirtySlices = Layout.SlicesPerChunk / 2;

    /// <summary>
    /// From how many chunks on (32 MiB) new ones ask for huge pages: an allocator that has filled so many will fill the next,
    /// and a huge page costs an eighth of the faults' time. Below, the few pages that a small program touches stay few.
    /// </summary>
    public const int ChunksBeforeHugePages = 8;

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
                int fresh = BitOperations.PopCount(mask & ~chunk->DirtySlices);
                if (Allocator.TakePermits(allocator, (long)fresh * Layout.PermitPerSlice))
                {
                    *zeroed = fresh == count && !chunk->Unclean;
                    *slice = ((nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk) + (nuint)start;
                    Occupy(allocator, chunk, mask);
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
            chunk = TakeChunk(allocator);
            if (chunk == null)
            {
                return AllocStatus.OutOfMemory;
            }

            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            Add(allocator, chunk);
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
            GiveBack(reservation, allocator, empty);
        }

        if (dirty != 0)
        {
            FinishPurge(allocator, chunk, dirty);
        }
    }

    /// <summary>Takes the slices behind a large block, to let it grow in place; false when they are not free.</summary>
    public static AllocStatus TryExtend(Allocator* allocator, nuint slice, int oldCount, int newCount)
    {
        Reservation* reservation = allocator->Reservation;
        Chunk* chunk = reservation->Chunks + (slice / Layout.SlicesPerChunk);
        int start = (int)(slice % Layout.SlicesPerChunk) + oldCount;
        int more = newCount - oldCount;
        if (start + more > Layout.SlicesPerChunk)
        {
            return AllocStatus.OutOfMemory;
        }

        ulong mask = Bits.Run(start, more);
        AllocStatus status = AllocStatus.OutOfMemory;
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        if ((chunk->FreeSlices & mask) == mask)
        {
            int fresh = BitOperations.PopCount(mask & ~chunk->DirtySlices);
            status = AllocStatus.LimitReached;
            if (Allocator.TakePermits(allocator, (long)fresh * Layout.PermitPerSlice))
            {
                Occupy(allocator, chunk, mask);
                status = AllocStatus.Ok;
            }
        }

        CoreLock.Exit(&allocator->ChunkLock);
        return status;
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
            Remove(allocator, kept);
        }

        CoreLock.Exit(&allocator->ChunkLock);
        if (kept != null)
        {
            GiveBack(reservation, allocator, kept);
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
                Remove(allocator, chunk);
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
                GiveBack(reservation, allocator, empty);
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

    private static void Occupy(Allocator* allocator, Chunk* chunk, ulong mask)
    {
        if (chunk == allocator->Kept)
        {
            allocator->Kept = null;
            LinkWithRoom(allocator, chunk);
            allocator->DirtySlices += BitOperations.PopCount(chunk->DirtySlices);
        }

        allocator->DirtySlices -= BitOperations.PopCount(chunk->DirtySlices & mask);
        chunk->DirtySlices &= ~mask;
        chunk->FreeSlices &= ~mask;
        if (chunk->FreeSlices == 0)
        {
            UnlinkWithRoom(allocator, chunk);
        }
    }

    /// <summary>Marks slices free. When all are, the chunk becomes the kept one, or is taken from the allocator and returned.</summary>
    private static Chunk* Vacate(Allocator* allocator, Chunk* chunk, ulong mask)
    {
        chunk->FreeSlices |= mask;
        if (chunk->FreeSlices != ulong.MaxValue)
        {
            LinkWithRoom(allocator, chunk);
            return null;
        }

        UnlinkWithRoom(allocator, chunk);
        allocator->DirtySlices -= BitOperations.PopCount(chunk->DirtySlices);
        if (allocator->Kept == null)
        {
            allocator->Kept = chunk;
            return null;
        }

        Remove(allocator, chunk);
        return chunk;
    }

    private static ulong BeginPurge(Allocator* allocator, Chunk* chunk)
    {
        ulong dirty = chunk->FreeSlices & chunk->DirtySlices;
        allocator->DirtySlices -= BitOperations.PopCount(dirty);
        chunk->FreeSlices &= ~dirty;
        if (chunk->FreeSlices == 0)
        {
            UnlinkWithRoom(allocator, chunk);
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
            CountReturned(allocator, dirty);
        }
        else
        {
            allocator->DirtySlices += BitOperations.PopCount(dirty);
        }

        Chunk* empty = Vacate(allocator, chunk, dirty);
        CoreLock.Exit(&allocator->ChunkLock);
        if (empty != null)
        {
            GiveBack(reservation, allocator, empty);
        }

        return done;
    }

    private static void Add(Allocator* allocator, Chunk* chunk)
    {
        chunk->FreeSlices = ulong.MaxValue;
        chunk->DirtySlices = 0;
        chunk->Previous = null;
        chunk->Next = allocator->FirstChunk;
        if (chunk->Next != null)
        {
            chunk->Next->Previous = chunk;
        }

        allocator->FirstChunk = chunk;
        allocator->ChunkCount++;

        chunk->HasRoom = true;
        chunk->NextWithRoom = null;
        chunk->PreviousWithRoom = allocator->LastWithRoom;
        if (allocator->LastWithRoom != null)
        {
            allocator->LastWithRoom->NextWithRoom = chunk;
        }
        else
        {
            allocator->FirstWithRoom = chunk;
        }

        allocator->LastWithRoom = chunk;
    }

    private static void Remove(Allocator* allocator, Chunk* chunk)
    {
        if (chunk->Previous != null)
        {
            chunk->Previous->Next = chunk->Next;
        }
        else
        {
            allocator->FirstChunk = chunk->Next;
        }

        if (chunk->Next != null)
        {
            chunk->Next->Previous = chunk->Previous;
        }

        allocator->ChunkCount--;
    }

    private static void LinkWithRoom(Allocator* allocator, Chunk* chunk)
    {
        if (chunk->HasRoom)
        {
            return;
        }

        chunk->HasRoom = true;
        chunk->PreviousWithRoom = null;
        chunk->NextWithRoom = allocator->FirstWithRoom;
        if (chunk->NextWithRoom != null)
        {
            chunk->NextWithRoom->PreviousWithRoom = chunk;
        }
        else
        {
            allocator->LastWithRoom = chunk;
        }

        allocator->FirstWithRoom = chunk;
    }

    private static void UnlinkWithRoom(Allocator* allocator, Chunk* chunk)
    {
        if (!chunk->HasRoom)
        {
            return;
        }

        chunk->HasRoom = false;
        if (chunk->PreviousWithRoom != null)
        {
            chunk->PreviousWithRoom->NextWithRoom = chunk->NextWithRoom;
        }
        else
        {
            allocator->FirstWithRoom = chunk->NextWithRoom;
        }

        if (chunk->NextWithRoom != null)
        {
            chunk->NextWithRoom->PreviousWithRoom = chunk->PreviousWithRoom;
        }
        else
        {
            allocator->LastWithRoom = chunk->PreviousWithRoom;
        }
    }

    private static Chunk* TakeChunk(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        nuint words = (reservation->ChunkCount + 63) / 64;
        nuint word = 0;
        while (word < words && reservation->FreeChunks[word] == 0)
        {
            word++;
        }

        Chunk* chunk = null;
        if (word < words)
        {
            nuint index = (word * 64) + (nuint)BitOperations.TrailingZeroCount(reservation->FreeChunks[word]);
            reservation->FreeChunks[word] &= reservation->FreeChunks[word] - 1;
            if (index >= reservation->HighWater)
            {
                reservation->HighWater = index + 1;
            }

            chunk = reservation->Chunks + index;
        }

        CoreLock.Exit(&reservation->Lock);
        if (chunk == null)
        {
            return null;
        }

        if (!Commit(reservation, chunk))
        {
            PutBack(reservation, chunk);
            return null;
        }

        // Slabs of a size chosen by the user may be large and stand half used for long: their pages come as they are touched.
        if (allocator->ChunkCount >= ChunksBeforeHugePages && allocator->BlocksPerSlab == 0)
        {
            reservation->Os.HintHugePages(DataOf(reservation, chunk), Layout.ChunkBytes);
        }

        chunk->Allocator = allocator;
        return chunk;
    }

    private static byte* DataOf(Reservation* reservation, Chunk* chunk) =>
        Reservation.SliceAddress(reservation, (nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk);

    private static bool Commit(Reservation* reservation, Chunk* chunk)
    {
        nuint firstSlice = (nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk;
        if (!chunk->TablesCommitted)
        {
            chunk->TablesCommitted = Reservation.CommitPages(
                reservation, reservation->Slabs + firstSlice, (nuint)(Layout.SlicesPerChunk * sizeof(Slab)));
            if (!chunk->TablesCommitted)
            {
                return false;
            }
        }

        chunk->Committed = chunk->Committed
            || reservation->Os.Commit(DataOf(reservation, chunk), Layout.ChunkBytes);
        return chunk->Committed;
    }

    /// <summary>Gives an empty chunk that is in no list back to the OS and to the reservation.</summary>
    private static void GiveBack(Reservation* reservation, Allocator* allocator, Chunk* chunk)
    {
        byte* data = DataOf(reservation, chunk);
        chunk->Committed = !reservation->Os.Decommit(data, Layout.ChunkBytes);
        chunk->Unclean = chunk->Committed && !reservation->Os.Purge(data, Layout.ChunkBytes);
        chunk->Allocator = null;


        CountReturned(allocator, chunk->DirtySlices);
        PutBack(reservation, chunk);
    }

    // The pages of these slices went to the OS, and their permits with them.
    private static void CountReturned(Allocator* allocator, ulong slices)
    {
        long count = BitOperations.PopCount(slices);
        Allocator.ReturnPermits(allocator, count * Layout.PermitPerSlice);
        Atomic.Add(&allocator->Returned, count * Layout.SliceBytes);
    }

    private static void PutBack(Reservation* reservation, Chunk* chunk)
    {
        nuint index = (nuint)(chunk - reservation->Chunks);
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        reservation->FreeChunks[index / 64] |= 1ul << (int)(index % 64);
        CoreLock.Exit(&reservation->Lock);
    }
}
