using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>A row of the table of times.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Operations">What a round's time is divided by.</param>
/// <param name="Contenders">Who takes part, and each one's work.</param>
internal sealed record BufferWorkload(string Name, int Operations, IReadOnlyList<(string Name, Func<ITimedWork> Create)> Contenders)
{
    public const string Lone = "rent, return";
    public const string Together = "32 rented, 32 returned";
    public const string SmallStream = "stream of 300 bytes";
    public const string LargeStream = "stream of 100 KiB";

    public const int Small = 640;
    public const int Medium = 1_100;

    private const string Written = "rent, write a byte, return";
    private const string Json = "JSON message of 2.4 KB";

    public static string Of(string work, int size) => FormattableString.Invariant($"{work}: {size:N0} bytes");

    public static IReadOnlyList<BufferWorkload> All(Effort effort) =>
    [
        .. from work in (string[])[Lone, Written, Together] from size in (int[])[Small, Medium, 4_096] select Rents(work, size, effort.Operations(200)),
        Streams(SmallStream, 300, 100, effort.Operations(200)),
        Streams(LargeStream, 100 << 10, 4_096, effort.Operations(20)),
        Messages(effort.Operations(60)),
    ];

    private static BufferWorkload Rents(string work, int size, int slices)
    {
        return new BufferWorkload(Of(work, size), slices * SlicedWork.Length,
        [
            Rental<SlabBufferRental, SlabBuffer<byte>>(),
            Rental<SlabPoolRental, OwnerLease>(),
            Rental<ArrayPoolRental, ArrayLease>(),
            Rental<MemoryPoolRental, OwnerLease>(),
            Rental<DotNextRental, OwnerLease>(),
        ]);

        (string, Func<ITimedWork>) Rental<TRental, TLease>()
            where TRental : struct, IRental<TRental, TLease>
            where TLease : struct =>
            (TRental.Name, () => work switch
            {
                Lone => new LoneRents<TRental, TLease>(size, slices),
                Written => new WrittenRents<TRental, TLease>(size, slices),
                _ => new RentsTogether<TRental, TLease>(size, slices),
            });
    }

    private static BufferWorkload Streams(string name, int length, int piece, int slices)
    {
        return new BufferWorkload(name, slices * StreamWork<SlabStreams>.Streams, [Kind<SlabStreams>(), Kind<RecyclableStreams>(), Kind<ArrayStreams>()]);

        (string, Func<ITimedWork>) Kind<TStreams>()
            where TStreams : struct, IStreamMaker => (TStreams.Name, () => new StreamWork<TStreams>(length, piece, slices));
    }

    private static BufferWorkload Messages(int slices)
    {
        return new BufferWorkload(Json, slices * JsonWork<SlabWriterTarget>.Messages,
            [Target<SlabWriterTarget>(), Target<ArrayWriterTarget>(), Target<NewArrayWriterTarget>()]);

        (string, Func<ITimedWork>) Target<TTarget>()
            where TTarget : IJsonTarget, new() => (TTarget.Name, () => new JsonWork<TTarget>(slices));
    }
}
