using System.Numerics;

namespace BitSlab.Core;

/// <summary>
/// Whole OS pages without a live block inside slabs that stand: they go back to the OS, with their permits, while the slab is not current.
/// The pages stay accessible and read as zeros.
/// </summary>
internal static unsafe class Holes
{
    private const int MaxSlabPages = Layout.ChunkBytes / SmallestPageBytes;
    private const int SmallestPageBytes = 4096;
    private const int MaxWords = Layout.MaxBlocksPerSlab / 64;

    /// <summary>
    /// How many bytes <see cref="Purge"/> would give back. Without a lock, for a first look: a slab that changes meanwhile gives any number.
    /// </summary>
    public static long Count(Reservation* reservation, Slab* slab)
    {
        ulong* pages = stackalloc ulong[MaxSlabPages / 64];
        return (long)Find(reservation, slab, pages, out _) * (long)reservation->Os.PageSize;
    }

    /// <summary>
    /// Gives a slab's holes back; under the heap's lock, and the slab is not current. So nothing is allocated from it meanwhile, and no slab taken
    /// or collected; frees only make more holes. False when the OS refuses.
    /// </summary>
    public static bool Purge(Reservation* reservation, Slab* slab)
    {
        ulong* pages = stackalloc ulong[MaxSlabPages / 64];
        if (Find(reservation, slab, pages, out uint free) == 0)
        {
            return true;
        }

        Chunk* chunk = Reservation.ChunkOf(reservation, slab);
        Allocator* allocator = chunk->Allocator;
        ChunkSource.EndHugePages(reservation, chunk);
        byte* start = Reservation.AddressOf(reservation, slab);
        uint pageShift = PageShift(reservation);
        uint pageCount = (uint)slab->SliceCount << (Layout.SliceShift - (int)pageShift);
        Permits.BeginReturn(allocator);
        bool done = true;
        uint from = Next(pages, 0, pageCount, set: true);
        while (from < pageCount && done)
        {
            uint to = Next(pages, from, pageCount, set: false);
            done = reservation->Os.Purge(start + ((nuint)from << (int)pageShift), (nuint)(to - from) << (int)pageShift);
            if (done)
            {
                Mark(reservation, slab, from, to);
                long bytes = (long)(to - from) << (int)pageShift;
                Permits.ReturnWithPages(allocator, bytes, bytes);
            }

            from = Next(pages, to, pageCount, set: true);
        }

        if (done)
        {
            LowerUntouched(slab, free, pageShift);
        }

        Permits.EndReturn(allocator);
        return done;
    }

    /// <summary>
    /// Takes the permits of a slab's purged pages anew, since it is to be current; false, and nothing changed, at the limit. Under the heap's lock.
    /// </summary>
    public static bool TryFill(Reservation* reservation, Slab* slab)
    {
        if (slab->PurgedCount == 0)
        {
            return true;
        }

        if (!Permits.TryTake(Reservation.ChunkOf(reservation, slab)->Allocator, (long)slab->PurgedCount << (int)PageShift(reservation)))
        {
            return false;
        }

        Forget(reservation, slab);
        return true;
    }

    /// <summary>Forgets which pages of a slab were purged; the bytes whose permits are missing for it. The slab is the caller's, or under its lock.</summary>
    public static long Forget(Reservation* reservation, Slab* slab)
    {
        long bytes = (long)slab->PurgedCount << (int)PageShift(reservation);
        for (int k = 0; k < slab->SliceCount; k++)
        {
            slab[k].PurgedPages = 0;
        }

        slab->PurgedCount = 0;
        return bytes;
    }

    // One bit for each OS page of the slab in which no live block has a byte, which may be resident, and is not purged. How many. And the block
    // from which on all were free, by the free words: what other threads freed is free only once it is collected.
    private static int Find(Reservation* reservation, Slab* slab, ulong* pages, out uint freeFrom)
    {
        freeFrom = 0;
        for (int i = 0; i < MaxSlabPages / 64; i++)
        {
            pages[i] = 0;
        }

        uint blocks = slab->BlockCount;
        uint size = slab->BlockSize;
        uint slices = slab->SliceCount;
        ulong* words = slab->FreeWords;
        if (blocks == 0 || blocks > Layout.MaxBlocksPerSlab || slices > Layout.SlicesPerChunk || words == null)
        {
            return 0;
        }

        // A block that another thread freed is free, collected or not: its freer is done with it (acquire pairs with both kinds of frees),
        // and nobody collects it meanwhile. That the freer may still be on its way to the push does not matter: the slab stays.
        ulong* gone = stackalloc ulong[MaxWords];
        ulong* remote = (ulong*)((byte*)words + reservation->RemoteDistance);
        ulong lastLive = 0;
        uint lastWord = 0;
        for (int w = 0; (uint)w << 6 < blocks; w++)
        {
            ulong free = Atomic.LoadAcquire(words + w);
            gone[w] = Atomic.LoadAcquire(remote + w) | free;
            ulong live = Slab.ValidBits(blocks, w) & ~free;
            if (live != 0)
            {
                lastWord = (uint)w << 6;
                lastLive = live;
            }
        }

        for (; lastLive != 0; lastLive >>= 1)
        {
            lastWord++;
        }

        freeFrom = lastWord;

        int pageShift = (int)PageShift(reservation);
        uint pageMask = (1u << pageShift) - 1;

        // Pages that only untouched blocks stand on are not resident.
        uint touched = uint.Min(slab->Untouched, blocks);
        uint touchedEnd = uint.Min(((touched * size) + pageMask) >> pageShift, slices << (Layout.SliceShift - pageShift));
        int count = 0;
        uint from = Next(gone, 0, blocks, set: true);
        while (from < blocks)
        {
            uint to = Next(gone, from, blocks, set: false);

            // Behind the last block there is none.
            uint end = to == blocks ? slices << Layout.SliceShift : to * size;
            uint last = uint.Min(end >> pageShift, touchedEnd);
            for (uint page = ((from * size) + pageMask) >> pageShift; page < last; page++)
            {
                Slab* slice = slab + (page >> (Layout.SliceShift - pageShift));
                int inSlice = (int)(page & ((1u << (Layout.SliceShift - pageShift)) - 1));
                if (((slice->PurgedPages >> inSlice) & 1) == 0)
                {
                    pages[page >> 6] |= 1ul << (int)(page & 63);
                    count++;
                }
            }

            from = Next(gone, to, blocks, set: true);
        }

        return count;
    }

    private static void Mark(Reservation* reservation, Slab* slab, uint from, uint to)
    {
        int shift = Layout.SliceShift - (int)PageShift(reservation);
        for (uint page = from; page < to; page++)
        {
            Slab* slice = slab + (page >> shift);
            slice->PurgedPages = (ushort)(slice->PurgedPages | (1u << (int)(page & ((1u << shift) - 1))));
        }

        slab->PurgedCount = (ushort)(slab->PurgedCount + (to - from));
    }

    // All pages behind the last block that lived when the holes were looked for are purged, but for the one that it ends on: the free blocks there
    // are as if never touched. Blocks that were freed since do not count: their pages stay.
    private static void LowerUntouched(Slab* slab, uint freeFrom, uint pageShift)
    {
        uint pageMask = (1u << (int)pageShift) - 1;
        uint zeroFrom = ((freeFrom * slab->BlockSize) + pageMask) & ~pageMask;
        uint untouched = (zeroFrom + slab->BlockSize - 1u) / slab->BlockSize;
        if (untouched < slab->Untouched)
        {
            slab->Untouched = untouched;
        }
    }

    // The first bit from a place on that is set, or is not; the end when there is none.
    private static uint Next(ulong* words, uint from, uint end, bool set)
    {
        while (from < end)
        {
            ulong word = words[from >> 6];
            word = (set ? word : ~word) >> (int)(from & 63);
            if (word != 0)
            {
                return uint.Min(from + (uint)BitOperations.TrailingZeroCount(word), end);
            }

            from = (from | 63) + 1;
        }

        return end;
    }

    private static uint PageShift(Reservation* reservation) => (uint)BitOperations.TrailingZeroCount((ulong)reservation->Os.PageSize);
}
