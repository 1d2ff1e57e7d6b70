using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>
/// Where the bitmap words of an allocator's slabs stand: packed, out of line, whole cache lines for each slab so that no two
/// threads share one. Each area of free words has its twin of remote words at the same distance for all. Guarded by the
/// chunk lock.
/// </summary>
/// <remarks>
/// Packed because a table by slice, though found by arithmetic alone, touched a page for every few slabs: 2 bytes for each block of 512.
/// An area stays with its slice until the chunk goes, and is never another allocator's before: a misuse in flight stays where it was.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct WordArena
{
    /// <summary>Areas are cut from pages of this size, which the reservation hands out; the first line links an allocator's pages.</summary>
    public const int PageBytes = 4096;

    /// <summary>What a page and its twin of remote words count for against a limit.</summary>
    private const int PagePermit = 2 * PageBytes;

    private const int MaxLines = Layout.MaxBlocksPerSlab / 64 / WordsPerLine;
    public const int WordsPerLine = Layout.CacheLine / sizeof(ulong);

    /// <summary>Free areas by the number of their lines; each holds the address of the next.</summary>
    private fixed ulong _free[MaxLines + 1];

    /// <summary>All pages of the allocator, the one that is being cut first.</summary>
    private byte* _pages;

    /// <summary>Where the next area of the first page begins.</summary>
    private int _used;

    /// <summary>Areas that were taken and not returned. With the last of them all pages go.</summary>
    private int _areas;

    /// <summary>An area for so many words, with zero remote words unless a misuse was in flight; null with the reason when refused.</summary>
    public static ulong* Take(Allocator* allocator, int words, AllocStatus* status)
    {
        *status = AllocStatus.Ok;
        Reservation* reservation = allocator->Reservation;
        WordArena* arena = &allocator->Words;
        int lines = Lines(words);
        while (true)
        {
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            ulong* area = (ulong*)arena->_free[lines];
            if (area != null)
            {
                arena->_free[lines] = *area;
            }
            else if (arena->_pages != null && arena->_used + (lines * Layout.CacheLine) <= PageBytes)
            {
                area = (ulong*)(arena->_pages + arena->_used);
                arena->_used += lines * Layout.CacheLine;
            }

            arena->_areas += area != null ? 1 : 0;
            CoreLock.Exit(&allocator->ChunkLock);
            if (area != null)
            {
                return area;
            }

            if (!Permits.TryTake(allocator, PagePermit))
            {
                *status = AllocStatus.LimitReached;
                return null;
            }

            // No OS call under the lock.
            byte* page = Reservation.TakeWordPage(reservation);
            if (page == null)
            {
                Permits.Return(allocator, PagePermit);
                *status = AllocStatus.OutOfMemory;
                return null;
            }

            // A counter; it orders nothing.
            Atomic.Add(&allocator->WordBytes, PagePermit);
            CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
            AddPage(arena, page);
            CoreLock.Exit(&allocator->ChunkLock);
        }
    }

    /// <summary>Takes back the area of a slice whose chunk goes, or which needs a larger one.</summary>
    public static void Return(Allocator* allocator, ulong* area, int words)
    {
        WordArena* arena = &allocator->Words;
        byte* pages = null;
        CoreLock.Enter(&allocator->ChunkLock, &allocator->Reservation->Os);
        *area = arena->_free[Lines(words)];
        arena->_free[Lines(words)] = (ulong)area;
        if (--arena->_areas == 0)
        {
            pages = arena->_pages;
            *arena = default;
        }

        CoreLock.Exit(&allocator->ChunkLock);
        ReturnPages(allocator, pages);
    }

    /// <summary>Gives all pages back to the reservation: no slab of the allocator stands.</summary>
    public static void Clear(Allocator* allocator)
    {
        byte* pages = allocator->Words._pages;
        allocator->Words = default;
        ReturnPages(allocator, pages);
    }

    /// <summary>How many lines so many words take.</summary>
    public static int Lines(int words) => (words + WordsPerLine - 1) / WordsPerLine;

    private static void ReturnPages(Allocator* allocator, byte* page)
    {
        while (page != null)
        {
            byte* next = *(byte**)page;
            Reservation.ReturnWordPage(allocator->Reservation, page);

            // A counter, as above.
            Atomic.Add(&allocator->WordBytes, -PagePermit);
            Permits.Return(allocator, PagePermit);
            page = next;
        }
    }

    // What is left of the page before goes to the free areas: little, or, when two threads fetched a page at once, nearly all.
    private static void AddPage(WordArena* arena, byte* page)
    {
        while (arena->_pages != null && arena->_used < PageBytes)
        {
            int lines = int.Min((PageBytes - arena->_used) / Layout.CacheLine, MaxLines);
            ulong* rest = (ulong*)(arena->_pages + arena->_used);
            *rest = arena->_free[lines];
            arena->_free[lines] = (ulong)rest;
            arena->_used += lines * Layout.CacheLine;
        }

        *(byte**)page = arena->_pages;
        arena->_pages = page;
        arena->_used = Layout.CacheLine;
    }
}
