using System.Numerics;

namespace BitSlab.Core;

/// <summary>Takes chunks from the reservation and the OS, or from malloc, and gives them back. No lock is held over a call of the OS.</summary>
internal static unsafe class ChunkSource
{
    /// <summary>A committed chunk, in no list yet; null when memory or address space is exhausted.</summary>
    public static Chunk* Take(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        Chunk* chunk = reservation->Os.ChunksFromMalloc ? TakeFromMalloc(reservation) : TakeReserved(reservation);
        if (chunk == null)
        {
            return null;
        }

        if (!Commit(reservation, chunk))
        {
            PutBack(reservation, chunk);
            return null;
        }

        if (WantsHugePages(allocator))
        {
            chunk->IsHuge = reservation->Os.WantHugePages(DataOf(reservation, chunk), Layout.ChunkBytes, true);
        }

        chunk->Allocator = allocator;
        return chunk;
    }

    private static Chunk* TakeReserved(Reservation* reservation)
    {
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
            chunk = reservation->Chunks + index;
            RaiseHighWater(reservation, chunk);
        }

        CoreLock.Exit(&reservation->Lock);
        return chunk;
    }

    // What malloc gives may have been anybody's.
    private static Chunk* TakeFromMalloc(Reservation* reservation)
    {
        void* data = reservation->Os.Malloc(Layout.ChunkBytes, Layout.ChunkBytes);
        nuint offset = unchecked((nuint)data - reservation->Base);
        if (data == null || offset >= reservation->Bytes)
        {
            reservation->Os.FreeMalloc(data);
            return null;
        }

        Chunk* chunk = reservation->Chunks + (offset >> Layout.ChunkShift);
        chunk->Committed = true;
        chunk->Unclean = true;
        LargeRegistry.ForgetRange(reservation, (nuint)data, Layout.ChunkBytes);
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        RaiseHighWater(reservation, chunk);
        CoreLock.Exit(&reservation->Lock);
        return chunk;
    }

    private static void RaiseHighWater(Reservation* reservation, Chunk* chunk)
    {
        nuint behind = (nuint)(chunk - reservation->Chunks) + 1;
        if (behind > reservation->HighWater)
        {
            reservation->HighWater = behind;
        }
    }

    private static bool WantsHugePages(Allocator* allocator) =>
        allocator->WantsHugePages && (allocator->LiveBeforeHugePages == 0 || (IsLarge(allocator) && IsUsed(allocator)));

    // Counted until it is so for the first time. By what lives: chunks of many classes, of each little, are no sign of much to come.
    private static bool IsLarge(Allocator* allocator)
    {
        if (!allocator->IsLarge && (long)allocator->ChunkCount * Layout.ChunkBytes >= allocator->LiveBeforeHugePages)
        {
            CensusTotals totals = default;
            Census.Count(allocator, &totals);
            allocator->IsLarge = totals.Bytes + totals.LargeBytes >= allocator->LiveBeforeHugePages;
        }

        return allocator->IsLarge;
    }

    // Of blocks that are allocated and hardly touched, as buffers may be, huge pages would make all resident. The chunk that was taken last is
    // mostly handed out by now: it tells. A look, where it may have gone back to the OS meanwhile.
    private static bool IsUsed(Allocator* allocator)
    {
        Reservation* reservation = allocator->Reservation;
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        Chunk* newest = allocator->FirstChunk;
        CoreLock.Exit(&allocator->ChunkLock);
        return newest == null || newest->IsHuge || reservation->Os.ResidentBytes == null
            || reservation->Os.ResidentBytes(DataOf(reservation, newest), Layout.ChunkBytes) >= Layout.ChunkBytes / 2;
    }

    /// <summary>
    /// Pages of the chunk go while others stay: no huge page for it from now on. The kernel would otherwise put one together again, in the
    /// background, and what was given back would be resident once more.
    /// </summary>
    public static void EndHugePages(Reservation* reservation, Chunk* chunk)
    {
        if (chunk->IsHuge)
        {
            chunk->IsHuge = false;
            reservation->Os.WantHugePages(DataOf(reservation, chunk), Layout.ChunkBytes, false);
        }
    }

    public static byte* DataOf(Reservation* reservation, Chunk* chunk) =>
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

    /// <summary>Gives an empty chunk that is in no list back to the OS and to the reservation, or to malloc.</summary>
    public static void GiveBack(Allocator* allocator, Chunk* chunk)
    {
        Reservation* reservation = allocator->Reservation;
        byte* data = DataOf(reservation, chunk);
        if (!reservation->Os.ChunksFromMalloc)
        {
            chunk->Committed = !reservation->Os.Decommit(data, Layout.ChunkBytes);
            chunk->Unclean = chunk->Committed && !reservation->Os.Purge(data, Layout.ChunkBytes);
            chunk->IsHuge &= chunk->Committed;
            EndHugePages(reservation, chunk);
        }

        chunk->Allocator = null;
        Slab* slices = reservation->Slabs + ((nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk);
        for (int k = 0; k < Layout.SlicesPerChunk; k++)
        {
            SlabLife.DropArea(allocator, slices + k);
        }

        ulong dirty = chunk->DirtySlices;
        PutBack(reservation, chunk);
        CountReturned(allocator, dirty);
        Permits.EndReturn(allocator);
    }

    // The pages of these slices went to the OS, and their permits with them.
    public static void CountReturned(Allocator* allocator, ulong slices)
    {
        long count = BitOperations.PopCount(slices);
        Permits.ReturnWithPages(allocator, count * Layout.PermitPerSlice, count * Layout.SliceBytes);
    }

    // Once it is back it may be another's at once.
    private static void PutBack(Reservation* reservation, Chunk* chunk)
    {
        if (reservation->Os.ChunksFromMalloc)
        {
            reservation->Os.FreeMalloc(DataOf(reservation, chunk));
            return;
        }

        nuint index = (nuint)(chunk - reservation->Chunks);
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        reservation->FreeChunks[index / 64] |= 1ul << (int)(index % 64);
        CoreLock.Exit(&reservation->Lock);
    }
}
