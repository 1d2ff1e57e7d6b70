using System.Collections.Generic;
using BitSlab.Benchmarks.Buffers;
using BitSlab.Benchmarks.Events;
using BitSlab.Benchmarks.Sizing;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>What a child process prints: what its kind of measurement gave.</summary>
internal sealed record PhaseReport
{
    public IReadOnlyList<PhaseMark> Marks { get; init; } = [];

    public IReadOnlyList<PhaseCycle> Cycles { get; init; } = [];

    public MemoryFigures? Replay { get; init; }

    /// <summary>Resident by the first block of all, before the replay.</summary>
    public long StartUpBytes { get; init; }

    public StartFigures? Start { get; init; }

    public SizingFigures? Sizing { get; init; }

    public FlightFigures? Flight { get; init; }

    public HeldFigures? Held { get; init; }
}

/// <summary>Part of a start: the time it took, what it faulted in, what was resident after it.</summary>
internal readonly record struct StartPart(double Milliseconds, long Faults, long Bytes);

/// <summary>A start: the allocator made, and the first events allocated and written; the bytes of the second have those of the first in them.</summary>
internal sealed record StartFigures(StartPart Making, StartPart Filling);
