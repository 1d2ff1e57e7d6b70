using System;
using System.Collections.Generic;
using BitSlab.Platform;

namespace BitSlab.Tests.Core;

/// <summary>
/// A small address space without reserve and commit, as in 32 bits: chunks, tables and other memory come from a malloc that puts them anywhere, with
/// old bytes in them, and writes over what is freed. On the test's thread.
/// </summary>
internal static unsafe class ScatteredOs
{
    public const int RangeBytes = 256 << 20;

    private const int UnitBytes = 4096;

    [ThreadStatic]
    private static nuint t_reserved;

    [ThreadStatic]
    private static byte* t_start;

    [ThreadStatic]
    private static bool[]? t_used;

    [ThreadStatic]
    private static Dictionary<nint, int>? t_units;

    [ThreadStatic]
    private static Random? t_random;

    [ThreadStatic]
    private static long t_handedOut;

    /// <summary>How many bytes are handed out.</summary>
    public static long Used => t_handedOut;

    /// <summary>The primitives of a new such system. <see cref="End"/> has to follow.</summary>
    public static OsPrimitives Begin(int seed)
    {
        // The range begins at a chunk.
        nuint start = (nuint)CurrentPlatform.Primitives.Reserve(2 * RangeBytes);
        t_start = (byte*)((start + RangeBytes - 1) & ~(nuint)(RangeBytes - 1));
        if (start == 0 || !CurrentPlatform.Primitives.Commit(t_start, RangeBytes))
        {
            throw new InvalidOperationException("There is no memory for the test.");
        }

        t_reserved = start;
        t_used = new bool[RangeBytes / UnitBytes];
        t_units = [];
        t_random = new Random(seed);
        t_handedOut = 0;
        OsPrimitives os = TestOs.Primitives;
        os.Reserve = &Reserve;
        os.ReserveTable = &Reserve;
        os.Commit = &Commit;
        os.Decommit = &Refuse;
        os.Purge = &Refuse;
        os.Release = &Release;
        os.Populate = &Commit;
        os.Malloc = &Malloc;
        os.FreeMalloc = &FreeMalloc;
        os.MallocUsableSize = null;
        os.ChunksFromMalloc = true;
        os.LowestChunk = (nuint)t_start;
        os.WantedBytes = RangeBytes;
        return os;
    }

    public static void End() => CurrentPlatform.Primitives.Release((void*)t_reserved, 2 * RangeBytes);

    public static void* Malloc(nuint bytes, nuint alignment)
    {
        int units = int.Max(1, (int)((bytes + UnitBytes - 1) / UnitBytes));
        int step = int.Max(1, (int)(alignment / UnitBytes));
        int places = t_used!.Length / step;
        int first = t_random!.Next(places);
        for (int i = 0; i < places; i++)
        {
            int place = (first + i) % places * step;
            if (place + units <= t_used.Length && !t_used.AsSpan(place, units).Contains(true))
            {
                byte* block = t_start + ((nint)place * UnitBytes);
                t_used.AsSpan(place, units).Fill(true);
                t_units![(nint)block] = units;
                t_handedOut += (long)units * UnitBytes;
                new Span<byte>(block, units * UnitBytes).Fill(0xA5);
                return block;
            }
        }

        return null;
    }

    public static void FreeMalloc(void* block)
    {
        if (block == null)
        {
            return;
        }

        if (!t_units!.Remove((nint)block, out int units))
        {
            throw new InvalidOperationException("What is freed did not come from malloc.");
        }

        t_used.AsSpan((int)(((byte*)block - t_start) / UnitBytes), units).Clear();
        t_handedOut -= (long)units * UnitBytes;
        new Span<byte>(block, units * UnitBytes).Fill(0xDD);
    }

    private static void* Reserve(nuint bytes)
    {
        void* range = Malloc(bytes, UnitBytes);
        if (range != null)
        {
            new Span<byte>(range, (int)bytes).Clear();
        }

        return range;
    }

    private static void Release(void* range, nuint bytes) => FreeMalloc(range);

    private static bool Commit(void* address, nuint bytes) => true;

    private static bool Refuse(void* address, nuint bytes) => false;
}
