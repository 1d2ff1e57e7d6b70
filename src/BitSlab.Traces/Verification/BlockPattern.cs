using System.Runtime.CompilerServices;

namespace BitSlab.Traces;

/// <summary>
/// The contents that a verifying replay gives a block: 64-bit words that start at a number of the block's own and go up by an
/// odd constant. Two blocks agree in no word, so a write through one is seen in the other; any prefix can be checked.
/// </summary>
internal static unsafe class BlockPattern
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    /// <summary>What the mismatch functions return when there is none.</summary>
    public const long NoMismatch = -1;

    /// <summary>A seed for the block made by an event. Neighbouring events must not give neighbouring words, hence the mixing.</summary>
    public static ulong SeedOf(int eventNumber)
    {
        unchecked
        {
            ulong seed = ((ulong)eventNumber + 1) * 0xBF58_476D_1CE4_E5B9;
            seed = (seed ^ (seed >> 27)) * 0x94D0_49BB_1331_11EB;
            return seed ^ (seed >> 31);
        }
    }

    public static void Fill(void* block, nuint size, ulong seed)
    {
        byte* position = (byte*)block;
        byte* end = position + size;
        unchecked
        {
            for (; (nuint)(end - position) >= sizeof(ulong); position += sizeof(ulong), seed += Step)
            {
                Unsafe.WriteUnaligned(position, seed);
            }

            for (; position < end; position++, seed >>= 8)
            {
                *position = (byte)seed;
            }
        }
    }

    /// <summary>The offset of the first byte that is not as <see cref="Fill"/> left it.</summary>
    public static long FindMismatch(void* block, nuint size, ulong seed)
    {
        byte* start = (byte*)block;
        byte* position = start;
        byte* end = start + size;
        unchecked
        {
            for (; (nuint)(end - position) >= sizeof(ulong); position += sizeof(ulong), seed += Step)
            {
                if (Unsafe.ReadUnaligned<ulong>(position) != seed)
                {
                    break; // the byte loop below finds which
                }
            }

            for (int i = 0; position < end && i < sizeof(ulong); position++, i++, seed >>= 8)
            {
                if (*position != (byte)seed)
                {
                    return position - start;
                }
            }
        }

        return NoMismatch;
    }

    /// <summary>The offset of the first byte that is not zero.</summary>
    public static long FindNonZero(void* block, nuint size)
    {
        byte* start = (byte*)block;
        byte* position = start;
        byte* end = start + size;
        while ((nuint)(end - position) >= sizeof(ulong) && Unsafe.ReadUnaligned<ulong>(position) == 0)
        {
            position += sizeof(ulong);
        }

        for (; position < end; position++)
        {
            if (*position != 0)
            {
                return position - start;
            }
        }

        return NoMismatch;
    }
}
