using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace EventPipeline;

/// <summary>What a run of a pipeline took.</summary>
internal sealed record Measurement(string Pipeline, Load Load, Sink Sink, TimeSpan Elapsed, long PeakBytes, int[] Collections, long GcBytes)
{
    // A burst that fills a queue takes some tens of milliseconds.
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(5);

    public static async Task<Measurement> OfAsync(IPipeline pipeline, Load load)
    {
        Sink sink = new(load.Events);

        // What the pipeline before has left is not this one's.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long before = Environment.WorkingSet;
        long peak = before;
        int[] collections = Collected();
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        long begin = Stopwatch.GetTimestamp();
        using (Timer looks = new(_ => peak = Math.Max(peak, Environment.WorkingSet), null, TimeSpan.Zero, s_betweenLooks))
        {
            await pipeline.RunAsync(load, sink);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        int[] after = Collected();
        sink.Sort();
        return new Measurement(
            pipeline.Name, load, sink, elapsed, peak - before, [.. after.Zip(collections, (now, then) => now - then)], bytes);
    }

    private static int[] Collected() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
}
