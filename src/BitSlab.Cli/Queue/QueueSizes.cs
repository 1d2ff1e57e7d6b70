namespace BitSlab.Cli.Queue;

/// <summary>The sizes of the events: made before any timing, the same for every contender, run and version of .NET.</summary>
internal static class QueueSizes
{
    private const ulong Seed = 20_260_101;

    /// <summary>Sizes from 1 byte to below <paramref name="maxSize"/>, evenly spread.</summary>
    public static int[] Create(int count, int maxSize)
    {
        int[] sizes = new int[count];
        ulong state = Seed;
        for (int i = 0; i < count; i++)
        {
            unchecked
            {
                // xorshift; its high bits scaled to the range
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                sizes[i] = 1 + (int)(((state >> 32) * (ulong)(maxSize - 1)) >> 32);
            }
        }

        return sizes;
    }
}
