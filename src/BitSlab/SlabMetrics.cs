using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using BitSlab.Events;
using BitSlab.Threads;

namespace BitSlab;

/// <summary>
/// The meter <c>BitSlab</c>: what is counted when somebody asks, for each allocator name and each queue name. Those of the same name are summed; a child's bytes
/// count as its own, not as its parent's. A disposed allocator's figures go with it: a counter may start anew.
/// </summary>
internal static class SlabMetrics
{
    public const string MeterName = "BitSlab";
    public const string NameTag = "allocator";
    public const string QueueTag = "queue";

    private static int s_isCreated;
    private static Meter? s_meter;

    /// <summary>
    /// Has the instruments be there: whoever listens finds them once some thread uses an allocator. Not before: a listener's code runs in here, which
    /// may use allocators itself.
    /// </summary>
    public static void EnsureCreated()
    {
        if (s_isCreated == 0 && Interlocked.Exchange(ref s_isCreated, 1) == 0)
        {
            try
            {
                Create();
            }
#pragma warning disable CA1031 // a listener's failure is not the allocation's
            catch (Exception)
#pragma warning restore CA1031
            {
                // The instruments that came before it are there.
            }
        }
    }

    private static void Create()
    {
        Meter meter = s_meter = new Meter(MeterName, typeof(SlabMetrics).Assembly.GetName().Version?.ToString(3));
        meter.CreateObservableUpDownCounter(
            "bitslab.memory.live", () => Observe(s => s.LiveBytes), "By", "Usable bytes of the blocks that are handed out.");
        meter.CreateObservableUpDownCounter(
            "bitslab.memory.committed", () => Observe(s => s.CommittedBytes - s.ChildBytes), "By", "Bytes that may be resident, metadata included.");
        meter.CreateObservableUpDownCounter(
            "bitslab.memory.reserved", () => Observe(s => s.ReservedBytes), "By", "Bytes of address space in chunks and large blocks.");
        meter.CreateObservableCounter(
            "bitslab.memory.returned", () => Observe(s => s.ReturnedBytes), "By", "Bytes given back to the operating system so far.");
        meter.CreateObservableUpDownCounter(
            "bitslab.blocks.live", () => Observe(s => s.LiveBlocks), "{block}", "Blocks that are handed out.");
        meter.CreateObservableCounter(
            "bitslab.invalid_frees", () => Observe(s => s.InvalidFrees), "{free}", "Frees that were refused, and those that only a later collection saw.");
        meter.CreateObservableCounter(
            "bitslab.limit_refusals", () => Observe(s => s.LimitRefusals), "{allocation}", "Allocations that a memory limit refused.");
        CreateForQueues(meter);
    }

    private static void CreateForQueues(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "bitslab.queue.length", () => ObserveQueues(q => q.Length), "{event}", "Events in the queue.");
        meter.CreateObservableUpDownCounter(
            "bitslab.queue.bytes", () => ObserveQueues(q => q.BytesInFlight), "By", "Bytes in the queue, summed over the events' lengths.");
        meter.CreateObservableGauge(
            "bitslab.queue.peak_length", () => ObserveQueues(q => q.PeakLength), "{event}", "The most events that were ever in the queue.");
        meter.CreateObservableGauge(
            "bitslab.queue.peak_bytes", () => ObserveQueues(q => q.PeakBytesInFlight), "By", "The most bytes that were ever in the queue.");
        meter.CreateObservableCounter(
            "bitslab.queue.enqueued", () => ObserveQueues(q => q.EnqueuedCount), "{event}", "Events that were ever enqueued.");
        meter.CreateObservableCounter(
            "bitslab.queue.dropped", () => ObserveQueues(q => q.DroppedCount), "{event}", "Events that were lost to a full queue.");
    }

    private static IEnumerable<Measurement<long>> ObserveQueues(Func<SlabEventQueue, long> figure) =>
        ByName(QueueTag, LiveQueues.All.Select(queue => (queue.Options.Name, figure(queue))));

    private static IEnumerable<Measurement<long>> Observe(Func<SlabStatistics, long> figure) =>
        ByName(NameTag, LiveFigures(figure));

    private static IEnumerable<(string? Name, long Figure)> LiveFigures(Func<SlabStatistics, long> figure)
    {
        foreach (SlabAllocator allocator in LiveAllocators.All)
        {
            if (allocator.TryObserve(out SlabStatistics? statistics))
            {
                yield return (allocator.Options.Name, figure(statistics));
            }
        }
    }

    private static IEnumerable<Measurement<long>> ByName(string tag, IEnumerable<(string? Name, long Figure)> figures) =>
        from figure in figures
        group figure.Figure by ThrowHelper.NameOf(figure.Name) into named
        select new Measurement<long>(named.Sum(), new KeyValuePair<string, object?>(tag, named.Key));
}
