using System;

namespace EventPipeline;

/// <summary>The end of a pipeline: sums up what arrives, and takes down how old it is.</summary>
internal sealed class Sink
{
    private readonly TimeSpan[] _ages;

    public Sink(int mostEvents)
    {
        _ages = new TimeSpan[mostEvents];

        // Resident before anything is measured.
        Array.Fill(_ages, TimeSpan.MaxValue);
    }

    public int Count { get; private set; }

    public ulong Sum { get; private set; }

    public void Take(ReadOnlySpan<byte> message)
    {
        _ages[Count++] = Message.Age(message);
        Sum = unchecked(Sum + Message.Sum(message));
    }

    /// <summary>The ages, from the lowest up: what <see cref="AgeAt"/> needs.</summary>
    public void Sort() => Array.Sort(_ages, 0, Count);

    /// <summary>The age that this share of the events had at most.</summary>
    public TimeSpan AgeAt(double share) => Count == 0 ? TimeSpan.Zero : _ages[Math.Min(Count - 1, (int)(Count * share))];
}
