using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Benchmarks.Memory.Measuring;
using HdrHistogram;

namespace BitSlab.Benchmarks.Events;

/// <summary>A backlog of events, and the pace at which it is renewed.</summary>
internal sealed record FlightPlan(int InFlight, int PerSecond, int WarmUpSeconds, int Seconds);

/// <summary>What was measured behind the warm-up. Times in nanoseconds, memory in bytes.</summary>
internal sealed record FlightFigures
{
    /// <summary>Percentiles of the time from when an event was due to when it was taken out.</summary>
    public required IReadOnlyDictionary<double, double> Latency { get; init; }

    public int Gen0 { get; init; }

    public int Gen1 { get; init; }

    public int Gen2 { get; init; }

    /// <summary>Bytes allocated on the GC heap, per event.</summary>
    public double GcBytes { get; init; }

    /// <summary>The time for which the collector stopped all threads.</summary>
    public double GcPauses { get; init; }

    /// <summary>The longest time between two sends that were due no later than then, or between two looks of the relay.</summary>
    public double LongestStall { get; init; }

    /// <summary>What is resident at the end beyond what was before the first event.</summary>
    public long Resident { get; init; }

    /// <summary>The same at the highest.</summary>
    public long Peak { get; init; }

    /// <summary>The bytes of the backlog's events themselves.</summary>
    public long PayloadBytes { get; init; }
}

/// <summary>
/// Two pipes, one after the other. A producer sends at a steady pace, and stamps each event with the time at which it was due: who sends late does not look better for it. A
/// relay takes it, notes the time that it took, sends it on to the second pipe, and takes that one's oldest event out. So events have a short way and a long
/// stay, as in a broker that keeps what is not acknowledged.
/// </summary>
internal static class Flight<TPipe, TItem>
    where TPipe : struct, IEventPipe<TPipe, TItem>
{
    private const long LongestLatency = 60_000_000_000;

    private static readonly double[] s_percentiles = [.. from decade in Enumerable.Range(0, 6) from part in (double[])[0, 0.5] select 100 - (100 * (1 - part) / Math.Pow(10, decade)), 100];

    public static FlightFigures Measure(FlightPlan plan)
    {
        PipeShape single = new(1, 1, null);
        using ProcessCounters counters = ProcessCounters.OfThisProcess();
        using TPipe first = TPipe.Create(single);
        using TPipe second = TPipe.Create(single);
        WarmUp(first, second);
        GC.Collect();
        long before = counters.Resident() ?? 0;
        State state = new();
        LongHistogram latencies = new(LongestLatency, 3);
        Task relay = Task.Run(() => RelayAsync(first, second, plan, latencies, state));
        Thread producer = new(() => Produce(first, second, plan, state));
        producer.Start();
        long peak = 0;
        while (!producer.Join(20))
        {
            peak = Math.Max(peak, counters.Resident() ?? 0);
        }

        relay.Wait();
        long resident = counters.Resident() ?? 0;
        int measured = plan.Seconds * plan.PerSecond;
        return new FlightFigures
        {
            Latency = s_percentiles.ToDictionary(percentile => percentile, percentile => (double)latencies.GetValueAtPercentile(percentile)),
            Gen0 = state.End.Gen0 - state.Begin.Gen0,
            Gen1 = state.End.Gen1 - state.Begin.Gen1,
            Gen2 = state.End.Gen2 - state.Begin.Gen2,
            GcBytes = (double)(state.End.Bytes - state.Begin.Bytes) / measured,
            GcPauses = (state.End.Pauses - state.Begin.Pauses).TotalNanoseconds,
            LongestStall = state.LongestStall * 1e9 / Stopwatch.Frequency,
            Resident = resident - before,
            Peak = Math.Max(peak, resident) - before,
            PayloadBytes = Enumerable.Range(0, plan.InFlight).Sum(i => (long)EventSizes.Of(i)),
        };
    }

    private static void WarmUp(TPipe first, TPipe second)
    {
        byte[] payload = new byte[EventSizes.Smallest];
        first.TrySend(payload);
        first.TryReceive(out TItem item);
        second.TryForward(item);
        second.TryReceive(out item);
        second.Release(item);
    }

    private static void Produce(TPipe first, TPipe second, FlightPlan plan, State state)
    {
        byte[] payload = new byte[EventSizes.Largest];
        for (int i = 0; i < plan.InFlight; i++)
        {
            second.TrySend(payload.AsSpan(0, EventSizes.Of(i)));
        }

        int warmUp = plan.WarmUpSeconds * plan.PerSecond;
        int all = warmUp + (plan.Seconds * plan.PerSecond);
        double interval = (double)Stopwatch.Frequency / plan.PerSecond;
        long begin = Stopwatch.GetTimestamp();
        long last = begin;
        for (int i = 0; i < all; i++)
        {
            if (i == warmUp)
            {
                state.Begin = GcState.Now();
            }

            long due = begin + (long)(i * interval);
            long now;
            while ((now = Stopwatch.GetTimestamp()) < due)
            {
                last = now;
                Thread.Yield();
            }

            state.NoteStall(i >= warmUp, now - last);
            last = now;
            MemoryMarshal.Write(payload, due);
            first.TrySend(payload.AsSpan(0, EventSizes.Of(plan.InFlight + i)));
        }
    }

    private static async Task RelayAsync(TPipe first, TPipe second, FlightPlan plan, LongHistogram latencies, State state)
    {
        int warmUp = plan.WarmUpSeconds * plan.PerSecond;
        int all = warmUp + (plan.Seconds * plan.PerSecond);
        long sum = 0;
        for (int count = 0; count < all;)
        {
            await first.WaitAsync().ConfigureAwait(false);
            long last = Stopwatch.GetTimestamp();
            while (first.TryReceive(out TItem item))
            {
                long now = Stopwatch.GetTimestamp();
                state.NoteStall(count >= warmUp, now - last);
                last = now;
                if (count++ >= warmUp)
                {
                    long ticks = now - MemoryMarshal.Read<long>(first.BytesOf(item));
                    latencies.RecordValue(Math.Clamp((long)(ticks * 1e9 / Stopwatch.Frequency), 1, LongestLatency));
                }

                second.TryForward(item);
                second.TryReceive(out TItem oldest);
                sum += Payload.Read(second.BytesOf(oldest));
                second.Release(oldest);
            }
        }

        state.End = GcState.Now();
        state.Sum = sum;
    }

    private readonly record struct GcState(int Gen0, int Gen1, int Gen2, long Bytes, TimeSpan Pauses)
    {
        public static GcState Now() =>
            new(GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2), GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration());
    }

    private sealed class State
    {
        private long _longestStall;

        public GcState Begin { get; set; }

        public GcState End { get; set; }

        public long Sum { get; set; }

        public long LongestStall => Volatile.Read(ref _longestStall);

        public void NoteStall(bool counts, long ticks)
        {
            if (counts && ticks > Volatile.Read(ref _longestStall))
            {
                Volatile.Write(ref _longestStall, ticks);
            }
        }
    }
}
