using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;
using MathNet.Numerics.Statistics;
using ContenderNames = BitSlab.Benchmarks.Reporting.Contenders;

namespace BitSlab.Benchmarks.Memory.Reporting;

/// <summary>The figures of <c>memory</c>, summed up.</summary>
internal sealed class MemoryMeasurements(MemoryFiles files)
{
    // Below it a contender's start-up would outweigh what its blocks take.
    private const long ComparableLive = 4 * 1024 * 1024;

    // The cycles before fill caches and lists for the first time.
    private const int SettledCycle = 3;

    public IReadOnlyList<string> Contenders { get; } = [.. ContenderNames.InOrder(
        files.Marks.Select(mark => mark.Contender).Concat(files.Traces.Select(trace => trace.Contender)))];

    public IEnumerable<string> Traces => files.Traces.Select(trace => trace.Trace).Distinct();

    public IEnumerable<string> Setups => files.Starts.Select(start => start.Setup).Distinct();

    public IEnumerable<string> CostWorkloads => files.Costs.Select(cost => cost.Workload).Distinct();

    /// <summary>The contenders in a phase, in the order of the tables.</summary>
    public IReadOnlyList<WatchedPhase> Phase(string phase) =>
    [
        .. from contender in Contenders
           let marks = files.Marks.Where(mark => mark.Phase == phase && mark.Contender == contender).ToArray()
           where marks.Length > 0
           select new WatchedPhase(
               contender, [.. files.Points.Where(point => point.Phase == phase && point.Contender == contender)], marks),
    ];

    public double? Returned(string phase, string contender, double seconds) =>
        Phase(phase).FirstOrDefault(watched => watched.Contender == contender)?.ReturnedAfter(seconds);

    /// <summary>Cycles of the sawtooth after the third.</summary>
    public IReadOnlyList<CycleRow> SettledCycles(string contender) => [.. Cycles(contender).Where(cycle => cycle.Cycle > SettledCycle)];

    public IEnumerable<CycleRow> Cycles(string contender) => files.Cycles.Where(cycle => cycle.Contender == contender);

    /// <summary>The most bytes that a trace's blocks were asked for at a time.</summary>
    public long Live(string trace) => files.Traces.First(peak => peak.Trace == trace).Live;

    /// <summary>A contender's highest resident memory by the most bytes live, median of the rounds.</summary>
    public double? Peak(string trace, string contender)
    {
        double[] rounds = [.. files.Traces.Where(peak => peak.Trace == trace && peak.Contender == contender).Select(peak => (double)peak.Peak / peak.Live)];
        return rounds.Length == 0 ? null : rounds.Median();
    }

    /// <summary>The C peer with the lowest peak at a trace.</summary>
    public string? BestPeer(string trace) =>
        Contenders.Where(name => ContenderNames.IsPeer(name) && Peak(trace, name) is not null).MinBy(name => Peak(trace, name));

    /// <summary>BitSlab's peak by that of the best C peer at this trace.</summary>
    public double? PeakByBestPeer(string trace) =>
        BestPeer(trace) is string peer ? Peak(trace, ContenderNames.Static) / Peak(trace, peer) : null;

    /// <summary>Geometric mean of peak by live, over the traces with more than 4 MiB live; null unless all of them were measured.</summary>
    public double? MeanPeak(string contender)
    {
        string[] traces = [.. Traces.Where(trace => Live(trace) > ComparableLive)];
        double[] ratios = [.. traces.Select(trace => Peak(trace, contender)).OfType<double>()];
        return ratios.Length == traces.Length && ratios.Length > 0 ? ratios.GeometricMean() : null;
    }

    /// <summary>Bytes resident by a contender's first block, median of the processes that replayed a trace.</summary>
    public double StartUp(string contender) =>
        files.Traces.Where(peak => peak.Contender == contender).Select(peak => (double)peak.StartUp).Median();

    /// <summary>The C peer with the lowest geometric mean.</summary>
    public string? BestPeerOfAll() =>
        Contenders.Where(name => ContenderNames.IsPeer(name) && MeanPeak(name) is not null).MinBy(name => MeanPeak(name)!.Value);

    /// <summary>A part of a start in all rounds.</summary>
    public IReadOnlyList<StartPart> Start(string setup, string part) =>
        [.. files.Starts.Where(row => row.Setup == setup && row.Part == part).OrderBy(row => row.Round).Select(row => row.Figures)];

    public double CostMedian(string workload, string contender) => Rounds(workload, contender).Median();

    /// <summary>The median over the rounds of the time with give-back by the time without it, which was taken right after.</summary>
    public double Cost(string workload) =>
        Rounds(workload, CostRow.GivingBack).Zip(Rounds(workload, CostRow.Keeping), (with, without) => with / without).Median();

    private IEnumerable<double> Rounds(string workload, string contender) =>
        files.Costs.Where(cost => cost.Workload == workload && cost.Contender == contender).OrderBy(cost => cost.Round).Select(cost => cost.Nanoseconds);
}
