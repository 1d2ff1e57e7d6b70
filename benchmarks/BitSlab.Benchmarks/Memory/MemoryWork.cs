using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Benchmarks.Workloads;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory;

/// <summary>A piece of what <c>memory</c> measures, by the name that --phases selects.</summary>
internal abstract record MemoryWork(string Name)
{
    public const string TracePrefix = "trace/";
    public const string StartPrefix = "start/";
    public const string CostPrefix = "cost/";

    // What runs through the paths that give-back has to watch: refills, empty slabs, another thread's frees.
    private static readonly string[] s_costs = ["steady/1k", "steady/100k", "random/10k", "queue/*", "ring/*"];

    public static IReadOnlyList<MemoryWork> All(IReadOnlyList<(Trace Trace, string File)> traces, Effort effort) =>
    [
        .. PhaseCatalog.All.Select(phase => new PhaseWork(phase)),
        .. traces.Select(trace => new ReplayWork(trace.Trace.Name, trace.File)),
        .. StartChild.Setups.Select(setup => new StartWork(setup)),
        .. WorkloadCatalog.Select(effort, [], s_costs).Select(workload => new CostWork(workload)),
    ];
}

/// <summary>A phase: a child process for each contender.</summary>
internal sealed record PhaseWork(Phase Phase) : MemoryWork(Phase.Name);

/// <summary>A trace: a child process for each contender.</summary>
internal sealed record ReplayWork(string Trace, string File) : MemoryWork(TracePrefix + Trace);

/// <summary>A way to set an allocator up: some child processes, one after the other, since time is taken.</summary>
internal sealed record StartWork(Contender Setup) : MemoryWork(StartPrefix + Setup.Name);

/// <summary>A workload with and without give-back, in turn in this process.</summary>
internal sealed record CostWork(Workload Workload) : MemoryWork(CostPrefix + Workload.Id);
