namespace BitSlab.Benchmarks.Measuring;

/// <summary>How long a run may take.</summary>
/// <param name="Quick">Shorter rounds: for a look, and for the tests.</param>
/// <param name="Rounds">Rounds of each contender at each workload.</param>
internal sealed record Effort(bool Quick, int Rounds)
{
    // Enough for a median that a busy neighbour does not move; the whole run stays within a quarter of an hour.
    public const int DefaultRounds = 15;
    public const int QuickRounds = 3;

    private const int QuickDivisor = 10;

    /// <summary>Operations of a round.</summary>
    public int Operations(int full) => Quick ? full / QuickDivisor : full;
}
