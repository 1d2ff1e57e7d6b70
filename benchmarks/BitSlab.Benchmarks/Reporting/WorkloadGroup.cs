using System;
using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>Workloads that share a table and a plot.</summary>
/// <param name="Slug">Names the plot's file.</param>
/// <param name="Families">What stands before the slash in the workloads' names.</param>
internal sealed record WorkloadGroup(string Title, string Slug, params string[] Families)
{
    public const string Latency = "latency";
    public const string Threads = "threads";

    // Takes whatever has no group, so that nothing that was measured is left out.
    private static readonly WorkloadGroup s_others = new("Others", "others");

    private static readonly WorkloadGroup[] s_all =
    [
        new("Real programs", "traces", "trace"),
        new("Real programs, with their threads", "traces-threads", "trace-threads"),
        new("Queues", "queues", "queue", "steady"),
        new("Random replacement", "random", "random"),
        new("Alloc and free at once", "pair", "pair"),
        new("A thousand, then all freed first to last", "batch-fifo", "batch-fifo"),
        new("A thousand, then all freed last to first", "batch-lifo", "batch-lifo"),
        new("A thousand, then all freed in random order", "batch-random", "batch-random"),
        new("From thread to thread", "hand-over", "ring", "free-batch"),
        new("Threads", Threads, "larson", "scaling"),
        new("Latency of single calls", Latency, "latency"),
        new("Zeroed, aligned, resized", "other-calls", "zeroed", "aligned", "realloc"),
    ];

    /// <summary>The groups that have measures, with these.</summary>
    public static IEnumerable<(WorkloadGroup Group, IReadOnlyList<Measure> Measures)> Of(IEnumerable<Measure> measures)
    {
        ILookup<WorkloadGroup, Measure> byGroup = measures.ToLookup(GroupOf);
        return s_all.Append(s_others).Where(byGroup.Contains).Select(group => (group, (IReadOnlyList<Measure>)[.. byGroup[group]]));
    }

    private static WorkloadGroup GroupOf(Measure measure)
    {
        string family = measure.Workload.Split('/')[0];
        return Array.Find(s_all, group => group.Families.Contains(family)) ?? s_others;
    }
}
