using System.Collections.Generic;
using static BitSlab.Benchmarks.Reporting.Comparison;
using static BitSlab.Benchmarks.Reporting.Contenders;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>What BitSlab is to reach, as ratios of the other's time to its own, medians of one run on two cores.</summary>
internal static class Targets
{
    private static readonly string[] s_batches = ["batch-fifo/64", "batch-lifo/64", "batch-random/64"];
    private static readonly string[] s_queues = ["steady/", "queue/untouched"];
    private static readonly Measure s_freeSingle = new("free-batch/single", "ns/op freeing");
    private static readonly Measure s_freeBatch = new("free-batch/batch", "ns/op freeing");
    private static readonly Measure s_tail = new("latency/steady-100k", "p99.99");

    public static IReadOnlyList<Target> All { get; } =
    [
        new("traces, geometric mean, static", "NativeMemory", 3.0, m => m.MeanOf("trace/", NativeMemory, Static)),
        new("traces, geometric mean, static", BestPeer, 1.15, m => m.MeanOf("trace/", BestPeer, Static)),
        new("traces, geometric mean, handle", "NativeMemory", 3.8, m => m.MeanOf("trace/", NativeMemory, Handle)),
        new("traces, geometric mean, handle", BestPeer, 1.45, m => m.MeanOf("trace/", BestPeer, Handle)),
        new("traces, geometric mean, instance", "static", 0.85, m => m.MeanOf("trace/", Static, Instance)),
        new("worst trace, static", "NativeMemory", 1.5, m => m.WorstOf(["trace/"], NativeMemory, Static)),
        new("worst trace, static", BestPeer, 0.8, m => m.WorstOf(["trace/"], BestPeer, Static)),
        new("queue filled and drained, untouched, static", "NativeMemory", 5, m => m.At("queue/untouched", NativeMemory, Static)),
        new("queue filled and drained, untouched, static", BestPeer, 3, m => m.At("queue/untouched", BestPeer, Static)),
        new("queue filled and drained, written, static", "NativeMemory", 2.5, m => m.At("queue/written", NativeMemory, Static)),
        new("queue filled and drained, written, static", BestPeer, 1.15, m => m.At("queue/written", BestPeer, Static)),
        new("steady queue of 1 k, static", "NativeMemory", 2.5, m => m.At("steady/1k", NativeMemory, Static)),
        new("steady queue of 1 k, handle", BestPeer, 1.15, m => m.At("steady/1k", BestPeer, Handle)),
        new("steady queue of 100 k, static", "NativeMemory", 3, m => m.At("steady/100k", NativeMemory, Static)),
        new("steady queue of 100 k, handle", BestPeer, 1.4, m => m.At("steady/100k", BestPeer, Handle)),
        new("worst queue of any length, untouched, static", "ArrayPool", 3, m => m.WorstOf(s_queues, ArrayPool, Static)),
        new("worst queue of any length, untouched, static", "GC arrays", 3, m => m.WorstOf(s_queues, GarbageCollected, Static)),
        new("random replacement in 10 k, static", BestPeer, 0.9, m => m.At("random/10k", BestPeer, Static)),
        new("random replacement in 10 k, handle", BestPeer, 1.15, m => m.At("random/10k", BestPeer, Handle)),
        new("random replacement in 1 M, static", "NativeMemory", 2.5, m => m.At("random/1M", NativeMemory, Static)),
        new("random replacement in 1 M, handle", "tcmalloc", 0.8, m => m.At("random/1M", "tcmalloc", Handle)),
        new("pair of 64 bytes, handle", BestPeer, 0.6, m => m.At("pair/64", BestPeer, Handle)),
        new("worst batch of 64 bytes, handle", BestPeer, 1.15, m => m.WorstOf(s_batches, BestPeer, Handle)),
        new("producer and consumer, ring of 1 k, static", "NativeMemory", 25, m => m.At("ring/1k-1x1", NativeMemory, Static)),
        new("producer and consumer, ring of 1 k, static", "mimalloc", 4.5, m => m.At("ring/1k-1x1", "mimalloc", Static)),
        new("FreeBatch of another thread's blocks, freeing", "single frees", 1.5, m => m.Between(s_freeSingle, s_freeBatch, Static)),
        new("speed kept by each of two threads, static", "a loop that only computes", 0.95, m => m.ScalingToTwo(Static)),
        new("p99.99 of a call, queue of 100 k, best round, static", "NativeMemory", 1.0, m => m.BestRoundAt(s_tail, NativeMemory, Static)),
    ];
}
