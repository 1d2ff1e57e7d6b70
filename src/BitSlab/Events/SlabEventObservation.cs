namespace BitSlab;

/// <summary>What a <see cref="SlabEventQueue"/> has seen so far: what <see cref="SlabAllocatorOptions.For"/> makes options from.</summary>
public sealed record SlabEventObservation
{
    /// <summary>The lengths of all events that were enqueued, but for those above <see cref="SizeHistogram.MaxSize"/>.</summary>
    public required SizeHistogram Sizes { get; init; }

    /// <summary>How many events were longer than <see cref="SizeHistogram.MaxSize"/>.</summary>
    public long LargerEvents { get; init; }

    /// <summary>
    /// The mean number of events in the queue, as the enqueued ones found it, themselves included: of each of the first 64, and of one in
    /// 61 behind them.
    /// </summary>
    public double AverageLength { get; init; }

    /// <summary>The most events that were ever in the queue.</summary>
    public long PeakLength { get; init; }
}
