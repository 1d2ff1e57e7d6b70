using System.Collections.Generic;

namespace BitSlab.Cli.Tune;

/// <summary>What a ladder of size classes makes of some requests.</summary>
/// <param name="Name">Which ladder.</param>
/// <param name="Classes">How many classes it has.</param>
/// <param name="WastePerRequest">Bytes that its blocks have more than was asked for, per request that it serves.</param>
/// <param name="WasteShare">The same ÷ the bytes asked for.</param>
internal sealed record LadderRow(string Name, int Classes, double WastePerRequest, double WasteShare)
{
    // What the original gave to malloc.
    private const int OriginalLimit = 1024;
    private const int OriginalStep = 16;

    public static LadderRow Of(string name, IReadOnlyList<int> blockSizes, SizeHistogram requests)
    {
        double waste = requests.WastePerRequest(blockSizes);
        return new LadderRow(name, blockSizes.Count, waste, Share(waste, requests));
    }

    /// <summary>
    /// The ladder of the allocator that BitSlab descends from, for the requests that it served from slabs. A multiple of 16 got the class above it.
    /// </summary>
    public static LadderRow Original(SizeHistogram requests)
    {
        SizeHistogram own = new();
        long waste = 0;
        foreach ((int size, long count) in requests.Sizes)
        {
            if (size < OriginalLimit)
            {
                own.Add(size, count);
                waste += (OriginalStep - (size % OriginalStep)) * count;
            }
        }

        double mean = own.Count == 0 ? 0 : (double)waste / own.Count;
        return new LadderRow($"original, sizes below {OriginalLimit} only", OriginalLimit / OriginalStep, mean, Share(mean, own));
    }

    private static double Share(double wastePerRequest, SizeHistogram requests) =>
        requests.Count == 0 ? 0 : wastePerRequest * requests.Count / requests.Bytes;
}
