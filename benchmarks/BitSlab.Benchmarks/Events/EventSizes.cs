using BitSlab.Benchmarks.Workloads;

namespace BitSlab.Benchmarks.Events;

/// <summary>The sizes of the events, uniform, the same for all.</summary>
internal static class EventSizes
{
    public const int Largest = 1_024;

    // What a time stamp needs: the same for all, so that events can carry one.
    public const int Smallest = 8;

    // A power of two, and more sizes than caches hold.
    private const int Count = 1 << 16;

    private static readonly int[] s_sizes = Make();

    public static int Of(int number) => s_sizes[number & (Count - 1)];

    private static int[] Make()
    {
        XorShift random = new(20_251);
        int[] sizes = new int[Count];
        for (int i = 0; i < Count; i++)
        {
            sizes[i] = Smallest + random.Below(Largest - Smallest + 1);
        }

        return sizes;
    }
}
