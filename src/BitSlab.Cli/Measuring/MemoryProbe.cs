using System;

namespace BitSlab.Cli.Measuring;

/// <summary>
/// Takes resident growth over a baseline. Made when all data and code of the workload are in place and before the contender's
/// first allocation, so that the growth is the contender's alone, its own start-up and metadata included.
/// </summary>
internal sealed class MemoryProbe
{
    private readonly bool _peakKnown;
    private readonly long _baseline;

    public MemoryProbe()
    {
        _ = ResidentMemory.Now(); // compiles the reading itself
        _ = ResidentMemory.Peak();
        ResidentMemory.Settle();
        _peakKnown = ResidentMemory.TryResetPeak();
        _baseline = ResidentMemory.Now();
    }

    /// <summary>Resident growth now.</summary>
    public long Growth() => Math.Max(0, ResidentMemory.Now() - _baseline);

    /// <summary>The largest growth so far, where the system can tell; at least the growth given.</summary>
    public long PeakGrowth(long atLeast) =>
        _peakKnown && ResidentMemory.Peak() is long peak ? Math.Max(atLeast, peak - _baseline) : atLeast;
}
