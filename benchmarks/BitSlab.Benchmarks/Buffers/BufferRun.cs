using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>A round of a workload: time and bytes on the GC heap, each by operation.</summary>
internal sealed record BufferTime(string Work, string Contender, int Round, double Nanoseconds, double GcBytes);

/// <summary>Memory of so many at a time.</summary>
internal sealed record HeldRow(string Work, string Contender, HeldFigures Figures);

/// <summary>Measures: times in turn in this process, memory in child processes.</summary>
internal static class BufferRun
{
    public const int HeldAtOnce = 20_000;

    private const int StreamLength = 300;

    /// <summary>What is held at a time, of which size, and by whom.</summary>
    public static IReadOnlyList<(string Work, int Size, IReadOnlyList<HeldBuffers> Contenders)> Holdings { get; } =
    [
        (BufferWorkload.Of("held", BufferWorkload.Small), BufferWorkload.Small, HeldBuffers.Rentals),
        (BufferWorkload.Of("held", BufferWorkload.Medium), BufferWorkload.Medium, HeldBuffers.Rentals),
        (BufferWorkload.SmallStream, StreamLength, HeldBuffers.Streams),
    ];

    public static int Steps(IReadOnlyList<BufferWorkload> workloads, int rounds) =>
        (workloads.Sum(workload => workload.Contenders.Count) * rounds) + Holdings.Sum(holding => holding.Contenders.Count);

    public static IEnumerable<BufferTime> Times(IReadOnlyList<BufferWorkload> workloads, int rounds, Action<int> advanced)
    {
        foreach (BufferWorkload workload in workloads)
        {
            (string Name, ITimedWork Work)[] contenders = [.. workload.Contenders.Select(contender => (contender.Name, contender.Create()))];
            try
            {
                TimedRounds.WarmUp([.. contenders.Select(contender => contender.Work)], () => { });
                GC.Collect();
                for (int round = 1; round <= rounds; round++)
                {
                    foreach ((string name, ITimedWork work) in contenders)
                    {
                        long garbage = GC.GetAllocatedBytesForCurrentThread();
                        TimeSpan elapsed = work.Round();
                        garbage = GC.GetAllocatedBytesForCurrentThread() - garbage;
                        advanced(1);
                        yield return new BufferTime(
                            workload.Name, name, round, elapsed.TotalNanoseconds / workload.Operations, (double)garbage / workload.Operations);
                    }
                }
            }
            finally
            {
                foreach ((_, ITimedWork work) in contenders)
                {
                    work.Dispose();
                }
            }
        }
    }

    public static IEnumerable<HeldRow> Memory(int atOnce, Action<int> advanced)
    {
        foreach ((string work, int size, IReadOnlyList<HeldBuffers> contenders) in Holdings)
        {
            foreach (HeldBuffers contender in contenders)
            {
                PhaseReport report = PhaseProcess.Measure(
                    ["--held", contender.Contender, "--size", Text(size), "--events", Text(atOnce)]).Report;
                advanced(1);
                yield return new HeldRow(work, contender.Contender, report.Held!);
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
