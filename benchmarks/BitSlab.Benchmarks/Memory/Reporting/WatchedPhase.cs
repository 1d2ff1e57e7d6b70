using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;

namespace BitSlab.Benchmarks.Memory.Reporting;

/// <summary>One contender in one phase.</summary>
internal sealed class WatchedPhase
{
    private const double MillisecondsPerSecond = 1_000;

    private readonly Dictionary<string, MarkRow> _marks;

    public WatchedPhase(string contender, IReadOnlyList<ResidentPoint> points, IEnumerable<MarkRow> marks)
    {
        Contender = contender;
        Points = points;
        _marks = marks.ToDictionary(mark => mark.Mark);
    }

    public string Contender { get; }

    public IReadOnlyList<ResidentPoint> Points { get; }

    /// <summary>Bytes resident when the fill was complete.</summary>
    public long? Full => _marks.TryGetValue(PhaseMark.Full, out MarkRow? full) ? full.Bytes : null;

    /// <summary>Bytes that the blocks left over were asked for.</summary>
    public long LiveAtEnd => _marks.TryGetValue(PhaseMark.Freed, out MarkRow? freed) ? freed.Live : 0;

    /// <summary>The most bytes resident up to the last free.</summary>
    public long Highest => Points.Where(point => point.Ms <= FreedAt).Max(point => point.Bytes);

    private double FreedAt => _marks.TryGetValue(PhaseMark.Freed, out MarkRow? freed) ? freed.Ms : double.PositiveInfinity;

    /// <summary>Bytes resident so long after the last free; null when the phase ended before.</summary>
    public long? ResidentAfter(double seconds)
    {
        double moment = FreedAt + (seconds * MillisecondsPerSecond);
        return Points.Count > 0 && Points[^1].Ms >= moment ? Points.Last(point => point.Ms <= moment).Bytes : null;
    }

    /// <summary>
    /// (the most bytes resident up to the last free - bytes resident so long after it) / bytes requested by the blocks freed. What a
    /// block takes beyond its request counts as well when it comes back: the share may be above 1.
    /// </summary>
    public double? ReturnedAfter(double seconds) =>
        _marks.TryGetValue(PhaseMark.Full, out MarkRow? full) && full.Live > LiveAtEnd && ResidentAfter(seconds) is long resident
            ? (double)(Highest - resident) / (full.Live - LiveAtEnd)
            : null;
}
