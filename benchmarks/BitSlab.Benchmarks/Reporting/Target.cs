using System;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>A ratio that was asked for.</summary>
/// <param name="Work">What is done, and through which of BitSlab's calls.</param>
/// <param name="Against">With whom BitSlab is compared.</param>
/// <param name="AtLeast">The other's time by BitSlab's.</param>
/// <param name="Find">Finds what was measured; null when something that it needs was not.</param>
internal sealed record Target(string Work, string Against, double AtLeast, Func<Measurements, Finding?> Find)
{
    public TargetResult Judge(Measurements measurements)
    {
        Finding? finding = Find(measurements);
        Verdict verdict = finding is null ? Verdict.NotMeasured : finding.Ratio >= AtLeast ? Verdict.Met : Verdict.Missed;
        return new TargetResult(this, finding, verdict);
    }
}

/// <summary>What was measured.</summary>
/// <param name="Ratio">The other's time by BitSlab's.</param>
/// <param name="Other">Who the other was.</param>
/// <param name="Workload">Where it was found, when the worst of several was asked for.</param>
internal sealed record Finding(double Ratio, string Other = "", string Workload = "");

internal sealed record TargetResult(Target Target, Finding? Finding, Verdict Verdict);

internal enum Verdict
{
    Met,
    Missed,
    NotMeasured,
}
