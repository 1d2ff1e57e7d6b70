namespace BitSlab.Benchmarks.Sizing;

/// <summary>
/// What classes made of some work. Waste is what a block has more than was asked for; it is counted for the requests that slabs serve, resizes
/// among them.
/// </summary>
/// <param name="Requests">How many there were.</param>
/// <param name="Waste">Bytes per request.</param>
/// <param name="LateWaste">The same without the first tenth of the events.</param>
/// <param name="PeakWaste">Bytes per block that was live when most bytes were.</param>
/// <param name="Live">The most bytes live, as requested, of blocks of any size.</param>
/// <param name="Peak">The most bytes resident.</param>
/// <param name="Changes">How often the classes changed.</param>
internal sealed record SizingFigures(long Requests, double Waste, double LateWaste, double PeakWaste, long Live, long Peak, int Changes);
