using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using BitSlab.Threads;

namespace BitSlab;

/// <summary>
/// The meter <c>BitSlab</c>: what is counted when somebody asks, for each allocator name. Allocators of the same name are summed; a child's bytes
/// count as its own, not as its parent's. A disposed allocator's figures go with it: a counter may start anew.
/// </summary>
internal static class SlabMetrics
{
    public const string MeterName = "BitSlab";
    public const string NameTag = "allocator";

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
    }

    private static IEnumerable<Measurement<long>> Observe(Func<SlabStatistics, long> figure)
    {
        Dictionary<string, long> sums = [];
        foreach (SlabAllocator allocator in LiveAllocators.All)
        {
            if (allocator.TryObserve(out SlabStatistics? statistics))
            {
                string name = ThrowHelper.NameOf(allocator.Options.Name);
                sums[name] = sums.GetValueOrDefault(name) + figure(statistics);
            }
        }

        return sums.Select(sum => new Measurement<long>(sum.Value, new KeyValuePair<string, object?>(NameTag, sum.Key)));
    }
}
