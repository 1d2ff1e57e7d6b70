using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Commands;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Queue;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>All workloads, in the order of the report.</summary>
internal static class WorkloadCatalog
{
    private const int Events = 1_000_000;
    private const int RingEvents = 500_000;
    private const int MaxEventSize = 1_024;

    private static readonly int[] s_sizes = [16, 64, 256, 1_024, 8_192];
    private static readonly int[] s_threads = [1, 2, 4, 8];
    private static readonly string[] s_orders = [BatchWorkload.FirstInFirstOut, BatchWorkload.LastInFirstOut, BatchWorkload.RandomOrder];

    /// <summary>The workloads that any of the patterns fits; all where there is no pattern.</summary>
    public static IReadOnlyList<Workload> Select(Effort effort, IReadOnlyList<Trace> traces, IReadOnlyList<string> patterns) =>
        BenchmarkOptions.Select("--workloads", [.. All(effort, traces)], workload => workload.Id, patterns);

    private static IEnumerable<Workload> All(Effort effort, IReadOnlyList<Trace> traces)
    {
        int[] events = QueueSizes.Create(effort.Operations(Events), MaxEventSize);
        int[] ringEvents = QueueSizes.Create(effort.Operations(RingEvents), MaxEventSize);

        // With more threads than cores they would measure the scheduler; two are wanted everywhere.
        int[] threads = [.. s_threads.Where(count => count <= Math.Max(2, Environment.ProcessorCount))];
        return
        [
            .. s_sizes.Select(size => new PairWorkload(size, effort)),
            .. s_orders.SelectMany(order => s_sizes.Select(size => new BatchWorkload(order, size, effort))),
            new RandomWorkload("10k", 10_000, effort),
            new RandomWorkload("1M", 1_000_000, effort),
            new BurstWorkload("untouched", written: false, events),
            new BurstWorkload("written", written: true, events),
            new SteadyWorkload("1k", 1_000, events),
            new SteadyWorkload("10k", 10_000, events),
            new SteadyWorkload("100k", 100_000, events),
            new RingWorkload("1k", 1 << 10, 1, ringEvents),
            new RingWorkload("64k", 1 << 16, 1, ringEvents),
            new RingWorkload("1k", 1 << 10, 2, ringEvents),
            new RingWorkload("64k", 1 << 16, 2, ringEvents),
            new FreeBatchWorkload(batches: false, effort),
            new FreeBatchWorkload(batches: true, effort),
            .. threads.Select(count => new LarsonWorkload(count, effort)),
            .. threads.Select(count => new ComputeWorkload(count, effort)),
            .. threads.Select(count => new PrivateWorkload(count, effort)),
            .. traces.Select(trace => new TraceWorkload(trace, threads: false)),
            .. traces.Where(trace => trace.ThreadCount > 1).Select(trace => new TraceWorkload(trace, threads: true)),
            new LatencyWorkload(effort),
            new ZeroedWorkload(64, effort),
            new ZeroedWorkload(1_024, effort),
            new ZeroedWorkload(65_536, effort),
            new AlignedWorkload(64, 64, effort),
            new AlignedWorkload(100, 256, effort),
            ReallocWorkload.Growth(effort),
            ReallocWorkload.Append(effort),
        ];
    }
}
