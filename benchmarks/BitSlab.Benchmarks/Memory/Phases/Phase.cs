using System;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Phases;

/// <summary>How large a phase is.</summary>
/// <param name="Events">Blocks of the fills; the other numbers follow from it.</param>
/// <param name="Cycles">Times that the sawtooth fills and drains.</param>
/// <param name="CyclePeriod">From the beginning of one cycle to that of the next.</param>
internal sealed record PhaseScale(int Events, int Cycles, TimeSpan CyclePeriod)
{
    public const int DefaultEvents = 1_000_000;
    public const int QuickEvents = 20_000;

    /// <summary>The same code on little, before the baseline is taken.</summary>
    public static PhaseScale WarmUp { get; } = new(1_000, 3, TimeSpan.Zero);

    public static PhaseScale Of(int events, bool quick) =>
        quick ? new PhaseScale(events, 5, TimeSpan.FromMilliseconds(50)) : new PhaseScale(events, 15, TimeSpan.FromSeconds(1));
}

/// <summary>Something that a program does with memory and then lets rest, while its resident memory is watched.</summary>
/// <param name="name">Its name in the figures.</param>
/// <param name="work">What is done, for the report.</param>
/// <param name="idleSeconds">How long it is watched after the last free.</param>
internal abstract class Phase(string name, string work, int idleSeconds)
{
    // Events have 1 to so many bytes, evenly spread.
    private protected const int LargestEvent = 1_024;

    public string Name { get; } = name;

    public string Work { get; } = work;

    public TimeSpan Idle { get; } = TimeSpan.FromSeconds(idleSeconds);

    /// <summary>Makes all that the run needs beside the contender's blocks: it is resident before the baseline.</summary>
    public abstract PhaseRun Prepare<T>(PhaseScale scale)
        where T : struct, IContender<T>, allows ref struct;
}

/// <summary>A phase that is ready for one contender.</summary>
internal abstract class PhaseRun : IDisposable
{
    /// <summary>All calls to the contender; what comes after is idle.</summary>
    public abstract void Run(PhaseLog log);

    /// <summary>Ends what must live through the idle time.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
