using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>An allocator with classes from somewhere, at some alignment.</summary>
internal sealed record SizingSetup(string Classes, int Alignment)
{
    public const string Original = "original";
    public const string Default = "default";
    public const string Offline = "offline";
    public const string Online = "online";

    private static readonly int[] s_alignments = [16, 8, 1];

    public static IReadOnlyList<SizingSetup> All { get; } =
    [
        new(Original, 16),
        new(Default, 16),
        .. s_alignments.Select(alignment => new SizingSetup(Offline, alignment)),
        .. s_alignments.Select(alignment => new SizingSetup(Online, alignment)),
    ];

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Classes}/{Alignment}");

    /// <summary>Up to which size its slabs serve requests.</summary>
    public int Maximum => Classes == Original ? SlabAllocatorOptions.Classic.MaxManagedBlockSize : SizeHistogram.MaxSize;

    public static SizingSetup Of(string name) => All.Single(setup => setup.Name == name);

    /// <summary>The options for some work. Nothing goes back by time: a replay is over before.</summary>
    public SlabAllocatorOptions ToOptions(Trace trace)
    {
        SlabAllocatorOptions options = SlabAllocatorOptions.Default with { MinimumAlignment = Alignment, IdleGiveBack = false };
        return Classes switch
        {
            Original => SlabAllocatorOptions.Classic with { IdleGiveBack = false },
            Offline => options with { SizeClasses = Optimum(trace, options) },
            Online => options with { Adaptive = AdaptiveSizing.Learn },
            _ => options,
        };
    }

    // As bitslab tune has it: as many classes as the default.
    private SizeClassProfile Optimum(Trace trace, SlabAllocatorOptions options)
    {
        using SlabAllocator standard = new(options);
        SizeHistogram requests = TraceSizes.Count(trace, SizeHistogram.MaxSize, Alignment, out _);
        return SizeClassProfile.Optimize(requests, standard.ExportProfile().BlockSizes.Count, Alignment);
    }
}
