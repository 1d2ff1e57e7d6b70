using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Reporting;
using MathNet.Numerics.Statistics;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>What the buffers are to reach.</summary>
internal static class BufferGoals
{
    public static IReadOnlyList<Goal<BufferFiles>> All { get; } =
    [
        .. Speeds<SlabBufferRental, SlabBuffer<byte>, ArrayPoolRental, ArrayLease>(BufferWorkload.Lone, 0.9),
        .. Speeds<SlabBufferRental, SlabBuffer<byte>, ArrayPoolRental, ArrayLease>(BufferWorkload.Together, 2),
        .. Speeds<SlabPoolRental, OwnerLease, MemoryPoolRental, OwnerLease>(BufferWorkload.Lone, 1.5),
        .. Speeds<SlabPoolRental, OwnerLease, MemoryPoolRental, OwnerLease>(BufferWorkload.Together, 1.5),
        new("bytes on the GC heap per buffer or rent", 0, false, Garbage),
        new($"{BufferRun.Holdings[1].Work}: memory of {SlabBufferRental.Name} by that of {ArrayPoolRental.Name}", 0.6, false,
            files => Resident(files, BufferRun.Holdings[1].Work, SlabBufferRental.Name, ArrayPoolRental.Name)),
        new($"{BufferWorkload.SmallStream}: speed of {SlabStreams.Name} by that of {RecyclableStreams.Name}", 1, true,
            files => Speed(files, BufferWorkload.SmallStream, SlabStreams.Name, RecyclableStreams.Name)),
        new($"{BufferWorkload.LargeStream}: speed of {SlabStreams.Name} by that of {RecyclableStreams.Name}", 1, true,
            files => Speed(files, BufferWorkload.LargeStream, SlabStreams.Name, RecyclableStreams.Name)),
        new($"{BufferWorkload.SmallStream}: memory of {SlabStreams.Name} by that of {RecyclableStreams.Name}", 0.5, false,
            files => Resident(files, BufferWorkload.SmallStream, SlabStreams.Name, RecyclableStreams.Name)),
    ];

    private static IEnumerable<Goal<BufferFiles>> Speeds<TOwn, TOwnLease, TOther, TOtherLease>(string work, double limit)
        where TOwn : struct, IRental<TOwn, TOwnLease>
        where TOther : struct, IRental<TOther, TOtherLease>
        where TOwnLease : struct
        where TOtherLease : struct =>
        from size in (int[])[BufferWorkload.Small, BufferWorkload.Medium]
        let row = BufferWorkload.Of(work, size)
        select new Goal<BufferFiles>(
            $"{row}: speed of {TOwn.Name} by that of {TOther.Name}", limit, true, files => Speed(files, row, TOwn.Name, TOther.Name));

    /// <summary>How many times as fast the one is as the other: the median of the rounds' ratios.</summary>
    public static double? Speed(BufferFiles files, string work, string own, string other)
    {
        double[] ratios =
        [
            .. from mine in files.Times
               where mine.Work == work && mine.Contender == own
               from theirs in files.Times
               where theirs.Work == work && theirs.Contender == other && theirs.Round == mine.Round
               select theirs.Nanoseconds / mine.Nanoseconds,
        ];
        return ratios.Length == 0 ? null : ratios.Median();
    }

    private static double? Resident(BufferFiles files, string work, string own, string other)
    {
        return Of(own) / Of(other);

        double? Of(string contender) =>
            files.Memory.FirstOrDefault(row => row.Work == work && row.Contender == contender)?.Figures.Resident;
    }

    private static double? Garbage(BufferFiles files)
    {
        double[] bytes =
        [
            .. from row in files.Times
               where row.Contender == SlabBufferRental.Name || row.Contender == SlabPoolRental.Name
               select row.GcBytes,
        ];
        return bytes.Length == 0 ? null : bytes.Max();
    }
}
