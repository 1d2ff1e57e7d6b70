namespace EventPipeline;

/// <summary>What goes through a pipeline.</summary>
/// <param name="Events">Events of all producers together.</param>
/// <param name="Producers">Tasks that make them.</param>
/// <param name="MaxSize">Events are of random size from <see cref="Message.HeaderLength"/> bytes to this.</param>
internal sealed record Load(int Events, int Producers, int MaxSize)
{
    /// <summary>The most events in each queue: as many as a burst of a tenth of a second or so brings.</summary>
    public const int QueueLength = 100_000;

    /// <summary>One producer's part; the first ones take what is left over.</summary>
    public int EventsOf(int producer) => (Events / Producers) + (producer < Events % Producers ? 1 : 0);
}
