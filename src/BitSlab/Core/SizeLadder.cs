using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>The block sizes of an allocator's size classes, ascending. A request gets the first that holds it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SizeLadder
{
    /// <summary>The most classes there can be: steps of 1 byte to 1 KiB, then eighths of five powers of two.</summary>
    public const int MaxClasses = 1024 + 40;

    /// <summary>Up to here the default ladder's classes stand a granularity apart. The original's maximum, and what most requests stay under.</summary>
    private const uint LinearBytes = 1024;

    public int Count;

    public fixed ushort BlockSizes[MaxClasses];

    /// <summary>
    /// Continues the ladder to a maximum as the default ladder does: steps of the granularity up to 1 KiB (or one step, where that is larger), above that eighths of a
    /// power of two, rounded up to the granularity.
    /// </summary>
    /// <param name="ladder">The ladder; from an empty one the default ladder comes.</param>
    /// <param name="granularity">A power of two.</param>
    /// <param name="maximum">What the last class holds at least.</param>
    public static void Continue(SizeLadder* ladder, uint granularity, uint maximum)
    {
        uint top = ladder->Count == 0 ? 0u : ladder->BlockSizes[ladder->Count - 1];
        uint octave = LinearBytes;
        for (uint size = granularity; top < maximum; size += uint.Max(granularity, size < LinearBytes ? 0 : octave >> 3))
        {
            while (octave << 1 <= size)
            {
                octave <<= 1;
            }

            if (size > top)
            {
                top = size;
                Add(ladder, top);
            }
        }
    }

    /// <summary>Adds a class above the last.</summary>
    public static void Add(SizeLadder* ladder, uint blockSize) => ladder->BlockSizes[ladder->Count++] = (ushort)blockSize;
}
