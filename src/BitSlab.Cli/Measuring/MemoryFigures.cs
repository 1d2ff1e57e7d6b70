using System.Text.Json.Serialization;

namespace BitSlab.Cli.Measuring;

/// <summary>What a child process found. All growth is over the moment before the first allocation.</summary>
/// <param name="PeakResidentBytes">The largest resident growth at any moment of the workload.</param>
/// <param name="ResidentAtPeakBytes">Resident growth at the moment with the most bytes live.</param>
/// <param name="LiveBytes">Bytes requested by the blocks live at that moment.</param>
/// <param name="LiveBlocks">The number of those blocks.</param>
internal sealed record MemoryFigures(long PeakResidentBytes, long ResidentAtPeakBytes, long LiveBytes, long LiveBlocks)
{
    [JsonIgnore]
    public double PeakOverLive => (double)PeakResidentBytes / LiveBytes;

    /// <summary>(resident growth at the full workload, payload written, metadata included - bytes requested) / live blocks.</summary>
    [JsonIgnore]
    public double OverheadPerBlock => (double)(ResidentAtPeakBytes - LiveBytes) / LiveBlocks;
}
