using System.Numerics;
using System.Runtime.CompilerServices;

namespace BitSlab.Core;

/// <summary>
/// Sizes into classes: steps of the granularity up to 1 KiB (or one step, where that is larger), above that eighths of a
/// power of two, rounded up to the granularity. No table: a class's index gives its block size and back.
/// </summary>
internal static class SizeClasses
{
    /// <summary>Up to here classes stand a granularity apart. The original's maximum, and what most requests stay under.</summary>
    public const uint LinearBytes = 1024;

    public static uint LinearLimit(int granularityShift) =>
        granularityShift <= 10 ? LinearBytes : 1u << granularityShift;

    /// <summary>How many classes there are for sizes up to <paramref name="maximum"/>.</summary>
    public static int Count(int granularityShift, uint maximum) => (int)ClassOf(maximum, granularityShift) + 1;

    /// <summary>The class of a size from 1 up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ClassOf(uint size, int granularityShift)
    {
        uint limit = LinearLimit(granularityShift);
        return size <= limit ? (size - 1) >> granularityShift : EighthClassOf(size, granularityShift, limit);
    }

    /// <summary>The block size of a class.</summary>
    public static uint BlockSize(uint sizeClass, int granularityShift)
    {
        uint limit = LinearLimit(granularityShift);
        uint linear = limit >> granularityShift;
        if (sizeClass < linear)
        {
            return (sizeClass + 1) << granularityShift;
        }

        uint eighth = sizeClass - linear;
        int power = (int)(eighth >> 3);
        uint octave = limit << power;
        return octave + ((octave >> 3) * ((eighth & 7) + 1));
    }

    // The size is rounded up to the granularity first: where that is coarser than an eighth some indexes stay unused, and
    // no two classes in use have one size.
    private static uint EighthClassOf(uint size, int granularityShift, uint limit)
    {
        uint step = (1u << granularityShift) - 1;
        uint last = ((size + step) & ~step) - 1;
        int octave = BitOperations.Log2(last);
        int first = BitOperations.Log2(limit);
        return (limit >> granularityShift) + ((uint)(octave - first) << 3) + ((last >> (octave - 3)) & 7);
    }
}
