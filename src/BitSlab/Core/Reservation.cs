using System.Runtime.InteropServices;
using BitSlab.Platform;

namespace BitSlab.Core;

/// <summary>
/// One range of address space, reserved once per process and committed chunk by chunk, and beside it the tables that tell
/// for each slice what stands there. Whether an address is ours is one subtraction and one comparison.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Reservation
{
    /// <summary>
    /// Start and size; both multiples of a chunk. Constant. Where chunks come from malloc: the range that has a table, all of a small address
    /// space; whose chunk is not taken there is not ours.
    /// </summary>
    public nuint Base;
    public nuint Bytes;

    /// <summary>One descriptor for each slice. Readable everywhere, writable where a chunk was ever taken. Constant.</summary>
    public Slab* Slabs;

    /// <summary>
    /// The same for the way from an address to its descriptor, see <see cref="Slab.At"/>: the first slice's number, counted from address 0, how many
    /// there are, and where the table would begin if it had a descriptor for slice 0. Constant.
    /// </summary>
    public nuint FirstSlice;
    public nuint SliceCount;
    public Slab* Table;

    /// <summary>
    /// The range of free words, and how far behind each its remote word stands. Constant. Where chunks come from malloc the words do, too: the
    /// range is that of all chunks.
    /// </summary>
    public byte* FreeWords;
    public nuint RemoteDistance;

    /// <summary>One descriptor for each chunk, and one bit: 1 = free. Constant.</summary>
    public Chunk* Chunks;
    public ulong* FreeChunks;
    public nuint ChunkCount;

    public OsPrimitives Os;

    /// <summary>1 while the timer of maintenance runs. Looked at by frees that leave the fast path; hardly ever written.</summary>
    public int TimerRuns;

    /// <summary>What entries without a slab point at: always zero, and always full.</summary>
    public ulong ZeroWord;
    public Slab EmptySlab;

    public LargeRegistry Large;

    /// <summary>For the layer above: a lock that is none of the runtime's. A leaf.</summary>
    public int HostLock;

    /// <summary>Held through a round of maintenance, and the rounds so far.</summary>
    public int RoundLock;
    public int Round;

    /// <summary>Trims of families so far, so that each visits an allocator once. Atomic.</summary>
    public long TrimStamp;

    /// <summary>Guards what follows.</summary>
    public int Lock;

    /// <summary>No chunk from this one up was ever taken. Only grows.</summary>
    public nuint HighWater;

    /// <summary>How far pages were cut from the free words' range, and those that were given back.</summary>
    public nuint WordBytesUsed;
    public byte* FreeWordPages;

    /// <summary>Where the next small structure of the core's own is cut from.</summary>
    public byte* ArenaNext;
    public byte* ArenaEnd;

    /// <summary>All structures of allocators, the newest first. Read without the lock.</summary>
    public Allocator* Allocators;

    /// <summary>Structures of disposed allocators, for reuse.</summary>
    public Allocator* FreeAllocators;
    public ThreadHeap* RecycledFirst;
    public ThreadHeap* RecycledLast;
    public ulong LastAllocatorNumber;

    /// <summary>
    /// Reserves. When address space is short a smaller range is taken, by halves; and of the size that was granted only
    /// half, so that malloc, thread stacks and the GC find room beside it.
    /// </summary>
    /// <returns>The reservation, in memory of its own, or null when not even 64 MiB are to be had.</returns>
    public static Reservation* Create(OsPrimitives os, nuint wantedBytes)
    {
        const nuint Smallest = 64u << 20;
        nuint bytes = wantedBytes;
        if (os.ChunksFromMalloc)
        {
            return TryCreate(os, bytes);
        }

        while (bytes >= Smallest)
        {
            Reservation* reservation = TryCreate(os, bytes);
            if (reservation != null && bytes != wantedBytes && bytes / 2 >= Smallest)
            {
                Destroy(reservation);
                return TryCreate(os, bytes / 2);
            }

            if (reservation != null)
            {
                return reservation;
            }

            bytes /= 2;
        }

        return null;
    }

    /// <summary>Returns all address space. No allocator may be left.</summary>
    public static void Destroy(Reservation* reservation)
    {
        OsPrimitives os = reservation->Os;
        Tables tables = Tables.For(os, reservation->Bytes);
        os.Release(reservation->Slabs, tables.SlabBytes);
        os.Release(reservation, tables.TotalBytes);
    }

    public static nuint SliceIndex(Reservation* reservation, Slab* slice) => (nuint)(slice - reservation->Slabs);

    public static byte* SliceAddress(Reservation* reservation, nuint slice) =>
        (byte*)(reservation->Base + (slice << Layout.SliceShift));

    /// <summary>Where the memory of a slice begins.</summary>
    public static byte* AddressOf(Reservation* reservation, Slab* slice) =>
        (byte*)(unchecked((nuint)slice - (nuint)reservation->Table) / (nuint)sizeof(Slab) << Layout.SliceShift);

    public static Chunk* ChunkOf(Reservation* reservation, Slab* slice) =>
        reservation->Chunks + (SliceIndex(reservation, slice) / Layout.SlicesPerChunk);

    /// <summary>A page for a <see cref="WordArena"/>, and its twin for remote words; null when memory is refused.</summary>
    public static byte* TakeWordPage(Reservation* reservation)
    {
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        byte* page = reservation->FreeWordPages;
        bool isFresh = page == null;
        if (!isFresh)
        {
            reservation->FreeWordPages = *(byte**)page;
        }
        else if (!reservation->Os.ChunksFromMalloc && reservation->WordBytesUsed + (2 * WordArena.PageBytes) <= reservation->RemoteDistance)
        {
            page = reservation->FreeWords + reservation->WordBytesUsed;
            reservation->WordBytesUsed += WordArena.PageBytes;
        }

        CoreLock.Exit(&reservation->Lock);
        if (page == null && reservation->Os.ChunksFromMalloc)
        {
            return AddWordPages(reservation) ? TakeWordPage(reservation) : null;
        }

        if (page == null || !isFresh
            || (CommitPages(reservation, page, WordArena.PageBytes * 2)
                && CommitPages(reservation, page + reservation->RemoteDistance, WordArena.PageBytes * 2)))
        {
            // The page behind, too: a misuse that reads a slab's word count and another's words runs over the page's end.
            return page;
        }

        // The page was never used: the next try takes it again, unless another thread has gone on behind it.
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        if (reservation->FreeWords + reservation->WordBytesUsed == page + WordArena.PageBytes)
        {
            reservation->WordBytesUsed -= WordArena.PageBytes;
        }

        CoreLock.Exit(&reservation->Lock);
        return null;
    }

    public static void ReturnWordPage(Reservation* reservation, byte* page)
    {
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        *(byte**)page = reservation->FreeWordPages;
        reservation->FreeWordPages = page;
        CoreLock.Exit(&reservation->Lock);
    }

    // Never returned, as the range of a reservation is not. The last page of each half is for misuse that runs over a page's end.
    private static bool AddWordPages(Reservation* reservation)
    {
        byte* pages = (byte*)reservation->Os.Malloc(reservation->RemoteDistance * 2, WordArena.PageBytes);
        if (pages == null)
        {
            return false;
        }

        for (nuint i = 0; i < reservation->RemoteDistance * 2 / sizeof(ulong); i++)
        {
            ((ulong*)pages)[i] = 0;
        }

        for (nuint offset = 0; offset + (2 * WordArena.PageBytes) <= reservation->RemoteDistance; offset += WordArena.PageBytes)
        {
            ReturnWordPage(reservation, pages + offset);
        }

        return true;
    }

    /// <summary>
    /// Commits the OS pages that hold a part of a table. Parts need not begin at a page of a system with large pages; committing a
    /// neighbour's part again does no harm.
    /// </summary>
    public static bool CommitPages(Reservation* reservation, void* start, nuint bytes)
    {
        nuint page = reservation->Os.PageSize;
        nuint from = (nuint)start & ~(page - 1);
        return reservation->Os.Commit((void*)from, RoundUp((nuint)start + bytes, page) - from);
    }

    /// <summary>The remote words that belong to a slab's free words.</summary>
    public static ulong* RemoteWords(Reservation* reservation, Slab* first) =>
        (ulong*)((byte*)first->FreeWords + reservation->RemoteDistance);

    /// <summary>Memory for a structure of the core's own, zeroed, a multiple of a cache line; null when refused. Never returned.</summary>
    public static void* AllocateStructure(Reservation* reservation, nuint bytes)
    {
        const nuint RegionBytes = 1u << 20;
        bytes = RoundUp(bytes, Layout.CacheLine);
        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        void* result = CutStructure(reservation, bytes);
        CoreLock.Exit(&reservation->Lock);
        if (result != null)
        {
            return result;
        }

        // No OS call under the lock: two threads may both make a region; what is left of the first is lost, once in a while.
        nuint region = RoundUp(bytes > RegionBytes ? bytes : RegionBytes, reservation->Os.PageSize);
        byte* fresh = (byte*)reservation->Os.Reserve(region);
        if (fresh == null)
        {
            return null;
        }

        if (!reservation->Os.Commit(fresh, region))
        {
            reservation->Os.Release(fresh, region);
            return null;
        }

        CoreLock.Enter(&reservation->Lock, &reservation->Os);
        reservation->ArenaNext = fresh;
        reservation->ArenaEnd = fresh + region;
        result = CutStructure(reservation, bytes);
        CoreLock.Exit(&reservation->Lock);
        return result;
    }

    public static nuint RoundUp(nuint bytes, nuint multiple) => unchecked((bytes + multiple - 1) & ~(multiple - 1));

    private static void* CutStructure(Reservation* reservation, nuint bytes)
    {
        if ((nuint)(reservation->ArenaEnd - reservation->ArenaNext) < bytes)
        {
            return null;
        }

        void* result = reservation->ArenaNext;
        reservation->ArenaNext += bytes;
        return result;
    }

    private static Reservation* TryCreate(OsPrimitives os, nuint bytes)
    {
        Tables tables = Tables.For(os, bytes);
        byte* header = (byte*)os.Reserve(tables.TotalBytes);
        if (header == null)
        {
            return null;
        }

        void* slabs = os.ReserveTable(tables.SlabBytes);
        if (slabs == null || !os.Commit(header, tables.HeaderBytes))
        {
            if (slabs != null)
            {
                os.Release(slabs, tables.SlabBytes);
            }

            os.Release(header, tables.TotalBytes);
            return null;
        }

        Reservation* reservation = (Reservation*)header;
        byte* next = header + RoundUp((nuint)sizeof(Reservation), Layout.CacheLine);
        reservation->Os = os;
        reservation->Bytes = bytes;
        reservation->Slabs = (Slab*)slabs;
        reservation->ChunkCount = bytes >> Layout.ChunkShift;
        reservation->FreeChunks = (ulong*)next;
        next += tables.BitmapBytes;
        reservation->Chunks = (Chunk*)next;
        reservation->Base = os.ChunksFromMalloc
            ? os.LowestChunk
            : RoundUp((nuint)(header + tables.HeaderBytes + (2 * tables.WordBytes)), Layout.ChunkBytes);
        reservation->FirstSlice = reservation->Base >> Layout.SliceShift;
        reservation->SliceCount = bytes >> Layout.SliceShift;
        reservation->Table = (Slab*)unchecked((nuint)slabs - (reservation->FirstSlice * (nuint)sizeof(Slab)));
        if (os.ChunksFromMalloc)
        {
            // No chunk is free: none is there.
            reservation->FreeWords = (byte*)os.LowestChunk;
            reservation->RemoteDistance = WordArena.PageBytes * 8;
            return reservation;
        }

        reservation->FreeWords = header + tables.HeaderBytes;
        reservation->RemoteDistance = tables.WordBytes;
        for (nuint i = 0; i < reservation->ChunkCount; i += 64)
        {
            nuint left = reservation->ChunkCount - i;
            reservation->FreeChunks[i >> 6] = left >= 64 ? ulong.MaxValue : (1ul << (int)left) - 1;
        }

        return reservation;
    }

    /// <summary>The sizes of the parts: header with chunk table, free words, remote words, data; and, apart, the descriptors.</summary>
    private struct Tables
    {
        public nuint BitmapBytes;
        public nuint HeaderBytes;
        public nuint WordBytes;
        public nuint SlabBytes;
        public nuint TotalBytes;

        public static Tables For(OsPrimitives os, nuint bytes)
        {
            nuint pageSize = os.PageSize;
            nuint chunks = bytes >> Layout.ChunkShift;
            nuint slices = bytes >> Layout.SliceShift;
            Tables tables = default;
            tables.BitmapBytes = RoundUp(chunks, Layout.CacheLine * 8) / 8;
            tables.HeaderBytes = RoundUp(
                RoundUp((nuint)sizeof(Reservation), Layout.CacheLine) + tables.BitmapBytes + (chunks * (nuint)sizeof(Chunk)), pageSize);

            tables.SlabBytes = RoundUp(slices * (nuint)sizeof(Slab), pageSize);
            tables.TotalBytes = tables.HeaderBytes;
            if (os.ChunksFromMalloc)
            {
                return tables;
            }

            // A quarter more than all slices need at most: pages of words have a header, and ends that are too short.
            tables.WordBytes = RoundUp(slices * Layout.WordBytesPerSlice * 5 / 4, pageSize);
            tables.TotalBytes += (2 * tables.WordBytes) + bytes + Layout.ChunkBytes;
            return tables;
        }
    }
}
