using System.Collections.Generic;
using System.Diagnostics;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>A moment of a phase, as its own process saw it.</summary>
/// <param name="Name">One of the names below.</param>
/// <param name="Ticks">Of <see cref="Stopwatch"/>, which is the same clock in all processes.</param>
/// <param name="Resident">Bytes resident.</param>
/// <param name="Live">Bytes that the live blocks were asked for.</param>
/// <param name="Faults">Page faults so far.</param>
internal readonly record struct PhaseMark(string Name, long Ticks, long Resident, long Live, long Faults)
{
    public const string Begin = "begin";
    public const string Full = "full";
    public const string Freed = "freed";
    public const string End = "end";
}

/// <summary>A cycle of the sawtooth.</summary>
internal readonly record struct PhaseCycle(int Events, long Ticks, long Faults);

/// <summary>Takes down what happens without allocating anything.</summary>
internal sealed class PhaseLog(ProcessCounters counters)
{
    private readonly PhaseMark[] _marks = new PhaseMark[8];
    private readonly PhaseCycle[] _cycles = new PhaseCycle[64];
    private int _markCount;
    private int _cycleCount;
    private long _cycleTicks;
    private long _cycleFaults;

    public IReadOnlyList<PhaseMark> Marks => _marks[.._markCount];

    public IReadOnlyList<PhaseCycle> Cycles => _cycles[.._cycleCount];

    public void Mark(string name, long live)
    {
        long resident = counters.Resident() ?? 0;
        _marks[_markCount++] = new PhaseMark(name, Stopwatch.GetTimestamp(), resident, live, counters.Faults());
    }

    public void BeginCycle()
    {
        _cycleFaults = counters.Faults();
        _cycleTicks = Stopwatch.GetTimestamp();
    }

    public void EndCycle(int events)
    {
        long ticks = Stopwatch.GetTimestamp() - _cycleTicks;
        _cycles[_cycleCount++] = new PhaseCycle(events, ticks, counters.Faults() - _cycleFaults);
    }

    /// <summary>Forgets the warm-up.</summary>
    public void Clear() => (_markCount, _cycleCount) = (0, 0);
}
