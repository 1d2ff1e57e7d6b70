using System;
using System.Globalization;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>A figure that was asked for.</summary>
/// <typeparam name="TFiles">The figures of a run.</typeparam>
/// <param name="What">What is to be reached.</param>
/// <param name="Limit">The figure asked for.</param>
/// <param name="AtLeast">Whether the limit is the lowest that will do; else it is the highest.</param>
/// <param name="Find">What was measured; null when something that it needs was not.</param>
internal sealed record Goal<TFiles>(string What, double Limit, bool AtLeast, Func<TFiles, double?> Find)
{
    public string Wanted => (AtLeast ? "≥ " : "≤ ") + Limit.ToString(CultureInfo.InvariantCulture);

    public Verdict Judge(double? value) =>
        value is not double found ? Verdict.NotMeasured : (AtLeast ? found >= Limit : found <= Limit) ? Verdict.Met : Verdict.Missed;
}
