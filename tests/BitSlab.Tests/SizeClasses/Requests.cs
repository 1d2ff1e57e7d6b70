using System.Collections.Generic;
using System.Linq;
using CsCheck;

namespace BitSlab.Tests.SizeClasses;

/// <summary>Random requests, and what a ladder of block sizes wastes on them, by the plainest way there is.</summary>
internal static class Requests
{
    /// <summary>Sizes at all scales, each with how often it is asked for; a size may come twice.</summary>
    public static Gen<(int Size, long Count)[]> Many { get; } = Gen.Select(
        Gen.Frequency((1, Gen.Const(0)), (20, Gen.Int[1, 300]), (10, Gen.Int[301, 4_096]), (10, Gen.Int[4_097, 32_768])),
        Gen.Frequency((1, Gen.Const(0L)), (10, Gen.Long[1, 1_000]), (1, Gen.Long[1, 1L << 36]))).Array[1, 90];

    public static SizeHistogram Histogram(IEnumerable<(int Size, long Count)> requests)
    {
        SizeHistogram histogram = new();
        foreach ((int size, long count) in requests)
        {
            histogram.Add(size, count);
        }

        return histogram;
    }

    /// <summary>Bytes that blocks have more than was asked for, over all requests that a block holds.</summary>
    public static long Waste(IReadOnlyList<int> blockSizes, IEnumerable<(int Size, long Count)> requests) => requests
        .Where(request => request.Size <= blockSizes[^1])
        .Sum(request => (blockSizes.First(block => block >= request.Size) - long.Max(request.Size, 1)) * request.Count);

    public static int RoundUp(int size, int alignment) => (size + alignment - 1) / alignment * alignment;
}
