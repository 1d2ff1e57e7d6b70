using System;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace BitSlab.Tests.Support;

/// <summary>
/// Contents that tell a block from every other and each place in it from every other place, so that blocks that overlap,
/// lost bytes and shifted copies all show. Long blocks are marked at both ends and once a page: enough to see a copy
/// that stops early or a page that was lost, without writing every byte of many megabytes.
/// </summary>
public static unsafe class Pattern
{
    private const nuint WholeLimit = 64 * 1024;
    private const nuint Page = 4096;

    public static void Fill(nint block, nuint length, uint seed)
    {
        if (length <= WholeLimit)
        {
            FillRange(block, 0, length, seed);
            return;
        }

        FillRange(block, 0, Page, seed);
        for (nuint at = Page; at + Page < length; at += Page)
        {
            FillRange(block, at, at + sizeof(ulong), seed);
        }

        FillRange(block, (length - Page) & ~(nuint)7, length, seed);
    }

    /// <summary>Whether the first bytes are as <see cref="Fill"/> wrote them to a block of <paramref name="filled"/> bytes.</summary>
    public static bool Holds(nint block, nuint filled, nuint length, uint seed)
    {
        if (filled <= WholeLimit)
        {
            return RangeHolds(block, 0, length, seed);
        }

        if (!RangeHolds(block, 0, nuint.Min(Page, length), seed))
        {
            return false;
        }

        for (nuint at = Page; at + Page < filled && at + sizeof(ulong) <= length; at += Page)
        {
            if (!RangeHolds(block, at, at + sizeof(ulong), seed))
            {
                return false;
            }
        }

        nuint tail = (filled - Page) & ~(nuint)7;
        return length <= tail || RangeHolds(block, tail, length, seed);
    }

    /// <summary>A seed made of a block's address.</summary>
    public static uint SeedOf(nint block) => unchecked((uint)(block >> 4));

    public static void Verify(nint block, nuint length, uint seed)
    {
        if (!Holds(block, length, length, seed))
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"The block of {length} bytes at 0x{block:x} lost its contents."));
        }
    }

    public static bool IsZero(nint block, nuint length)
    {
        for (nuint at = 0; at < length; at++)
        {
            if (((byte*)block)[at] != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Every bit of seed and index spreads over the whole word: blocks of one byte differ, too.</summary>
    private static ulong Word(uint seed, nuint index)
    {
        ulong word = unchecked((((ulong)seed << 32) + (ulong)index + 1) * 0x9E37_79B9_7F4A_7C15UL);
        return word ^ (word >> 32) ^ (word >> 13);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillRange(nint block, nuint from, nuint to, uint seed)
    {
        nuint at = from;
        for (; at + sizeof(ulong) <= to; at += sizeof(ulong))
        {
            Unsafe.WriteUnaligned((byte*)block + at, Word(seed, at / sizeof(ulong)));
        }

        for (; at < to; at++)
        {
            ((byte*)block)[at] = ByteAt(seed, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool RangeHolds(nint block, nuint from, nuint to, uint seed)
    {
        nuint at = from;
        for (; at + sizeof(ulong) <= to; at += sizeof(ulong))
        {
            if (Unsafe.ReadUnaligned<ulong>((byte*)block + at) != Word(seed, at / sizeof(ulong)))
            {
                return false;
            }
        }

        for (; at < to; at++)
        {
            if (((byte*)block)[at] != ByteAt(seed, at))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The byte of a word as it stands in memory, so that a tail agrees with the word that a longer fill puts there.</summary>
    private static byte ByteAt(uint seed, nuint at)
    {
        ulong word = Word(seed, at / sizeof(ulong));
        return ((byte*)&word)[at % sizeof(ulong)];
    }
}
