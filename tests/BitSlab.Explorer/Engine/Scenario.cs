using System;
using System.Collections.Generic;

namespace BitSlab.Explorer.Engine;

/// <summary>What simulated threads do to the core, and what must hold whatever order they do it in.</summary>
public abstract class Scenario
{
    /// <summary>The simulated threads' names, by number.</summary>
    public abstract IReadOnlyList<string> Threads { get; }

    /// <summary>The bounds within which the search is exhaustive.</summary>
    public virtual Bounds Bounds => Bounds.Default;

    /// <summary>Builds the state that each run starts from; once, without a scheduler.</summary>
    public abstract void Prepare();

    /// <summary>What one simulated thread does.</summary>
    public abstract void Run(int thread);

    /// <summary>Checks the state after all threads ended; throws <see cref="ScenarioException"/> when something is wrong.</summary>
    public abstract void Check();

    /// <summary>Puts everything back to where <see cref="Prepare"/> left it.</summary>
    public abstract void Restore();

    /// <summary>A name for an address, for the report of a failure.</summary>
    public virtual string Describe(nint address) => $"0x{address:x}";

    /// <summary>Ends the run: something that must hold does not.</summary>
    protected static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ScenarioException(message);
        }
    }
}

/// <summary>Limits of a search.</summary>
/// <param name="Preemptions">How often a thread may be stopped though it could go on.</param>
/// <param name="Delays">How many stores may become visible later than steps behind them.</param>
public sealed record Bounds(int Preemptions, int Delays)
{
    public static Bounds Default { get; } = new(2, 1);

    /// <summary>The machine is an x86: no store of a thread becomes visible before an older one, and each atomic update is a barrier.</summary>
    public bool StoresInOrder { get; init; }
}

/// <summary>Something that must hold does not.</summary>
public sealed class ScenarioException : Exception
{
    public ScenarioException()
    {
    }

    public ScenarioException(string message)
        : base(message)
    {
    }

    public ScenarioException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Unwinds a simulated thread after another failed.</summary>
internal sealed class RunEndedException : Exception
{
    public RunEndedException()
    {
    }

    public RunEndedException(string message)
        : base(message)
    {
    }

    public RunEndedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
