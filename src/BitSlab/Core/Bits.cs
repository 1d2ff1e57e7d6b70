using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace BitSlab.Core;

/// <summary>Searches in one 64-bit word.</summary>
internal static class Bits
{
    /// <summary>The position of the lowest set bit; not for 0.</summary>
    /// <remarks>As wide as an address: for the framework's function, which gives 32 bits, the compiler adds a move where addresses are computed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LowestSet(ulong word) =>
        Bmi1.X64.IsSupported ? Bmi1.X64.TrailingZeroCount(word) : (uint)BitOperations.TrailingZeroCount(word);

    /// <summary>The lowest position, a multiple of <paramref name="alignment"/> (a power of two), from which <paramref name="count"/>
    /// bits are set; -1 when there is none.</summary>
    public static int FindRun(ulong word, int count, int alignment)
    {
        // Invariant: a bit is set where `have` set bits begin.
        int have = 1;
        while (have < count && word != 0)
        {
            int step = have < count - have ? have : count - have;
            word &= word >> step;
            have += step;
        }

        word &= Multiples(alignment);
        return word == 0 ? -1 : BitOperations.TrailingZeroCount(word);
    }

    /// <summary><paramref name="count"/> bits (1 to 64) from <paramref name="start"/> up.</summary>
    public static ulong Run(int start, int count) => (ulong.MaxValue >> (64 - count)) << start;

    private static ulong Multiples(int alignment) => alignment switch
    {
        1 => ulong.MaxValue,
        2 => 0x5555_5555_5555_5555,
        4 => 0x1111_1111_1111_1111,
        8 => 0x0101_0101_0101_0101,
        16 => 0x0001_0001_0001_0001,
        32 => 0x0000_0001_0000_0001,
        _ => 1,
    };
}
