using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Cli.Tune;

/// <summary>What a ladder of size classes makes of some requests.</summary>
/// <param name="Name">Which ladder.</param>
/// <param name="Classes">How many classes it has.</param>
/// <param name="WastePerRequest">Bytes that its blocks have more than was asked for, per request that it serves.</param>
/// <param name="WasteShare">The same ÷ the bytes asked for.</param>
internal sealed record LadderRow(string Name, int Classes, double WastePerRequest, double WasteShare)
{
    // Above it the original asked malloc.
    private const int OriginalMaximum = 1024;
    private const int OriginalStep = 16;

    public static LadderRow Of(string name, IReadOnlyList<int> blockSizes, SizeHistogram requests)
    {
        double waste = requests.WastePerRequest(blockSizes);
        return new LadderRow(name, blockSizes.Count, waste, Share(waste, requests));
    }

    /// <summary>The ladder of the allocator that BitSlab descends from, for the requests that its slabs serve.</summary>
    public static LadderRow Original(SizeHistogram requests)
    {
        SizeHistogram own = new();
        foreach ((int size, long count) in requests.Sizes)
        {
            if (size <= OriginalMaximum)
            {
                own.Add(size, count);
            }
        }

        int[] ladder = [.. Enumerable.Range(1, OriginalMaximum / OriginalStep).Select(c => c * OriginalStep)];
        return Of($"original, sizes up to {OriginalMaximum} only", ladder, own);
    }

    private static double Share(double wastePerRequest, SizeHistogram requests) =>
        requests.Count == 0 ? 0 : wastePerRequest * requests.Count / requests.Bytes;
}
