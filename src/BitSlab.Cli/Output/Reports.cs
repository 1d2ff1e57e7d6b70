using System.Collections.Generic;
using BitSlab.Cli.Events;
using BitSlab.Cli.Measuring;

namespace BitSlab.Cli.Output;

/// <summary>Where the figures of a report come from.</summary>
internal sealed record MachineReport(string BitSlabVersion, string Runtime, string System, string Architecture, int Processors, bool Optimised);

/// <summary>What <c>replay --json</c> writes.</summary>
internal sealed record ReplayReport(
    MachineReport Machine,
    string Preset,
    bool Threads,
    int Rounds,
    IReadOnlyList<TraceReport> Traces,
    IReadOnlyList<GeometricMeanReport> GeometricMeans);

internal sealed record TraceReport(
    string Trace,
    string File,
    int Events,
    int Threads,
    int Objects,
    ulong PeakLiveBytes,
    int PeakLiveBlocks,
    IReadOnlyList<ContenderReport> Contenders);

/// <summary>One contender at one workload. The ratios say how many times as long as BitSlab it takes.</summary>
internal sealed record ContenderReport(
    string Contender,
    double NanosecondsMinimum,
    double NanosecondsMedian,
    double RatioOfMinima,
    double RatioOfMedians,
    long? PeakResidentBytes,
    long? ResidentAtPeakBytes,
    long? LiveBytes,
    long? LiveBlocks,
    double? PeakOverLive,
    double? OverheadPerBlock)
{
    public static ContenderReport Of(string name, Timing timing, Timing bitslab, MemoryFigures? memory) => new(
        name,
        timing.Minimum,
        timing.Median,
        timing.Minimum / bitslab.Minimum,
        timing.Median / bitslab.Median,
        memory?.PeakResidentBytes,
        memory?.ResidentAtPeakBytes,
        memory?.LiveBytes,
        memory?.LiveBlocks,
        memory is { LiveBytes: > 0 } ? memory.PeakOverLive : null,
        memory is { LiveBlocks: > 0 } ? memory.OverheadPerBlock : null);
}

/// <summary>A contender over all traces.</summary>
internal sealed record GeometricMeanReport(
    string Contender, double NanosecondsMinimum, double NanosecondsMedian, double RatioOfMinima, double RatioOfMedians);

/// <summary>What <c>replay --verify --json</c> writes.</summary>
internal sealed record VerificationReport(
    MachineReport Machine, string Preset, bool Threads, IReadOnlyList<VerifiedTraceReport> Traces);

/// <param name="Trace">The trace's name.</param>
/// <param name="File">Its file as given.</param>
/// <param name="Contender">Who was verified.</param>
/// <param name="Events">Events in the trace.</param>
/// <param name="Fault">The line that names the fault, or null.</param>
internal sealed record VerifiedTraceReport(string Trace, string File, string Contender, int Events, string? Fault);

/// <summary>What <c>queue --json</c> writes.</summary>
internal sealed record QueueReport(
    MachineReport Machine,
    string Preset,
    bool Threads,
    int Rounds,
    int Events,
    int MaxSize,
    IReadOnlyList<QueueRowReport> Workloads,
    IReadOnlyList<PipeReport> EventQueues);

internal sealed record QueueRowReport(string Workload, IReadOnlyList<ContenderReport> Contenders);
