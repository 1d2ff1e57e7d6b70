using BitSlab.Core;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Core;

public sealed class BitsTests
{
    [Fact]
    public void A_run_is_the_lowest_that_fits()
    {
        // Words with long runs, which random words hardly have.
        Gen<ulong> words = Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong).Select((a, b, c) => a | b | c);
        Gen.Select(words, Gen.Int[1, 64], Gen.Int[0, 6]).Sample((word, count, shift) =>
            Assert.Equal(FindSlowly(word, count, 1 << shift), Bits.FindRun(word, count, 1 << shift)));
    }

    [Theory]
    [InlineData(0, 1, 1ul)]
    [InlineData(0, 64, ulong.MaxValue)]
    [InlineData(63, 1, 1ul << 63)]
    [InlineData(4, 8, 0xFF0ul)]
    public void A_mask_has_its_bits(int start, int count, ulong expected) => Assert.Equal(expected, Bits.Run(start, count));

    private static int FindSlowly(ulong word, int count, int alignment)
    {
        for (int start = 0; start + count <= 64; start += alignment)
        {
            bool all = true;
            for (int i = start; i < start + count; i++)
            {
                all &= ((word >> i) & 1) != 0;
            }

            if (all)
            {
                return start;
            }
        }

        return -1;
    }
}
