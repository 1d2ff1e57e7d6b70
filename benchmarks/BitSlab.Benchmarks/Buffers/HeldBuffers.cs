using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Memory.Measuring;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>Memory of many that are held at a time. Bytes.</summary>
/// <param name="Payload">What was asked for.</param>
/// <param name="Resident">What became resident with it.</param>
internal sealed record HeldFigures(long Payload, long Resident);

/// <summary>Runs in a child process: many buffers or streams of one size are held at a time, each byte written.</summary>
internal sealed record HeldBuffers(string Contender, Func<int, int, HeldFigures> Measure)
{
    public static IReadOnlyList<HeldBuffers> Rentals { get; } =
    [
        Of<SlabBufferRental, SlabBuffer<byte>>(),
        Of<SlabPoolRental, OwnerLease>(),
        Of<ArrayPoolRental, ArrayLease>(),
        Of<MemoryPoolRental, OwnerLease>(),
        Of<DotNextRental, OwnerLease>(),
    ];

    public static IReadOnlyList<HeldBuffers> Streams { get; } = [Of<SlabStreams>(), Of<RecyclableStreams>(), Of<ArrayStreams>()];

    private static HeldBuffers Of<TRental, TLease>()
        where TRental : struct, IRental<TRental, TLease>
            where TLease : struct => new(TRental.Name, (size, count) => Measured(
            count, size, new TLease[count], (ref TLease lease) =>
            {
                lease = TRental.Rent(size);
                TRental.SpanOf(ref lease)[..size].Fill(1);
            }));

    private static HeldBuffers Of<TStreams>()
        where TStreams : struct, IStreamMaker => new(TStreams.Name, (size, count) =>
        {
            byte[] content = [.. Enumerable.Repeat((byte)1, size)];
            return Measured(count, size, new Stream[count], (ref Stream stream) =>
            {
                stream = TStreams.Create();
                stream.Write(content);
            });
        });

    private delegate void Make<T>(ref T held);

    private static HeldFigures Measured<T>(int count, int size, T[] held, Make<T> make)
    {
        // The first one of all makes what is there once; the array is resident before.
        using ProcessCounters counters = ProcessCounters.OfThisProcess();
        Array.Clear(held);
        make(ref held[0]);
        GC.Collect();
        long before = counters.Resident() ?? 0;
        for (int i = 1; i < count; i++)
        {
            make(ref held[i]);
        }

        // What the collector would take is no one's memory.
        GC.Collect();
        long resident = (counters.Resident() ?? 0) - before;
        GC.KeepAlive(held);
        return new HeldFigures((long)(count - 1) * size, Math.Max(0, resident));
    }
}
