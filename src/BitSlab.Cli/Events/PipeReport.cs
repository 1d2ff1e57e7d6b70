using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Cli.Measuring;

namespace BitSlab.Cli.Events;

/// <summary>Event queues of one length.</summary>
internal sealed record PipeReport(string Workload, int Length, IReadOnlyList<PipeRow> Contenders, SeenReport Seen);

/// <summary>
/// One contender. The ratios say how many times as long as SlabEventQueue it takes; the collections are those of all rounds.
/// </summary>
internal sealed record PipeRow(
    string Contender,
    double NanosecondsMinimum,
    double NanosecondsMedian,
    double RatioOfMinima,
    double RatioOfMedians,
    int Gen0,
    int Gen1,
    int Gen2,
    double GcBytesPerEvent)
{
    public static PipeRow Of(string name, Timing timing, Timing first, GarbageFigures garbage, long events) => new(
        name,
        timing.Minimum,
        timing.Median,
        timing.Minimum / first.Minimum,
        timing.Median / first.Median,
        garbage.Gen0,
        garbage.Gen1,
        garbage.Gen2,
        (double)garbage.Bytes / events);
}

/// <summary>What SlabEventQueue has seen, warm-up included, and what becomes of it.</summary>
internal sealed record SeenReport(long Events, double AverageLength, double MeanSize, FitReport Now, FitReport Fitted)
{
    public static SeenReport Of(SlabEventObservation seen, SlabAllocatorOptions now) => new(
        seen.Sizes.Count + seen.LargerEvents,
        seen.AverageLength,
        (double)seen.Sizes.Bytes / Math.Max(1, seen.Sizes.Count),
        FitReport.Of(seen.Sizes, now),
        FitReport.Of(seen.Sizes, SlabAllocatorOptions.For(seen)));
}

/// <summary>How an allocator's size classes fit the events.</summary>
/// <param name="Classes">Classes that have events.</param>
/// <param name="WastePerEvent">Bytes that blocks have more than was asked for.</param>
internal sealed record FitReport(int Classes, double WastePerEvent)
{
    public static FitReport Of(SizeHistogram sizes, SlabAllocatorOptions options)
    {
        // From the allocator itself, which is thus what is told about.
        using SlabAllocator allocator = new(options);
        IReadOnlyList<int> blocks = allocator.ExportProfile().BlockSizes;
        int classes = sizes.Sizes.Select(size => blocks.FirstOrDefault(block => block >= size.Key)).Distinct().Count(block => block != 0);
        return new FitReport(classes, sizes.WastePerRequest(blocks));
    }
}
