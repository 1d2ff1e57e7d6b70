using System;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Replay;
using BitSlab.Traces;

namespace BitSlab.Cli.Tune;

/// <summary>The requests of one file, a trace or a profile that an allocator has written.</summary>
/// <param name="Histogram">The requests that size classes serve.</param>
/// <param name="LeftOut">How many were larger.</param>
internal sealed record TuneInput(SizeHistogram Histogram, long LeftOut)
{
    /// <exception cref="BadInputException">There is no such file, or it is a profile that does not say what it was made from.</exception>
    public static TuneInput Read(string file, int maxBlockSize, int alignment)
    {
        TraceLoading.RequireFile(file);
        return file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? OfProfile(file, maxBlockSize)
            : new TuneInput(TraceSizes.Count(TraceReader.Read(file), maxBlockSize, alignment, out long above), above);
    }

    private static TuneInput OfProfile(string file, int maxBlockSize)
    {
        SizeHistogram recorded = SizeClassProfile.Load(file).CopyHistogram()
            ?? throw new BadInputException($"{file}: has no histogram: it does not say what it was made from");
        SizeHistogram histogram = new();
        foreach ((int size, long count) in recorded.Sizes)
        {
            if (size > maxBlockSize)
            {
                continue;
            }

            if (recorded.AlignedSizes.Contains(size))
            {
                histogram.AddAligned(size, size & -size, count);
            }
            else
            {
                histogram.Add(size, count);
            }
        }

        return new TuneInput(histogram, recorded.Count - histogram.Count);
    }
}
