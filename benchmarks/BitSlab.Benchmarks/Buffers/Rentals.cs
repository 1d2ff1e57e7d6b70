using System;
using System.Buffers;
using DotNext.Buffers;

namespace BitSlab.Benchmarks.Buffers;

internal readonly struct SlabBufferRental : IRental<SlabBufferRental, SlabBuffer<byte>>
{
    public static string Name => "SlabBuffer<byte>";

    public static SlabBuffer<byte> Rent(int bytes) => new(bytes);

    public static Span<byte> SpanOf(ref SlabBuffer<byte> lease) => lease.Span;

    public static void Return(ref SlabBuffer<byte> lease) => lease.Dispose();
}

internal readonly struct SlabPoolRental : IRental<SlabPoolRental, OwnerLease>
{
    public static string Name => "SlabMemoryPool<byte>.Shared";

    public static OwnerLease Rent(int bytes) => new(SlabMemoryPool<byte>.Shared.Rent(bytes));

    public static Span<byte> SpanOf(ref OwnerLease lease) => lease.Owner.Memory.Span;

    public static void Return(ref OwnerLease lease) => lease.Owner.Dispose();
}

internal readonly struct ArrayPoolRental : IRental<ArrayPoolRental, ArrayLease>
{
    public static string Name => "ArrayPool<byte>.Shared";

    public static ArrayLease Rent(int bytes) => new(ArrayPool<byte>.Shared.Rent(bytes));

    public static Span<byte> SpanOf(ref ArrayLease lease) => lease.Array;

    public static void Return(ref ArrayLease lease) => ArrayPool<byte>.Shared.Return(lease.Array);
}

internal readonly struct MemoryPoolRental : IRental<MemoryPoolRental, OwnerLease>
{
    public static string Name => "MemoryPool<byte>.Shared";

    public static OwnerLease Rent(int bytes) => new(MemoryPool<byte>.Shared.Rent(bytes));

    public static Span<byte> SpanOf(ref OwnerLease lease) => lease.Owner.Memory.Span;

    public static void Return(ref OwnerLease lease) => lease.Owner.Dispose();
}

internal readonly struct DotNextRental : IRental<DotNextRental, OwnerLease>
{
    private const int Largest = 1 << 20;

    private static readonly UnmanagedMemoryPool<byte> s_pool = new(Largest);

    public static string Name => "DotNext UnmanagedMemoryPool";

    public static OwnerLease Rent(int bytes) => new(s_pool.Rent(bytes));

    public static Span<byte> SpanOf(ref OwnerLease lease) => lease.Owner.Memory.Span;

    public static void Return(ref OwnerLease lease) => lease.Owner.Dispose();
}
