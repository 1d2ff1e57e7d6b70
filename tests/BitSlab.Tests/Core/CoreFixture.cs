using System;
using BitSlab.Core;
using BitSlab.Platform;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>A reservation of its own with one allocator and one heap, used without the layers above.</summary>
internal sealed unsafe class CoreFixture : IDisposable
{
    public const ulong Token = 1ul << 24;

    public CoreFixture(SlabAllocatorOptions? options = null, nuint reservationBytes = 64u << 20)
        : this(options, TestOs.Primitives, reservationBytes)
    {
    }

    public CoreFixture(SlabAllocatorOptions? options, OsPrimitives os, nuint reservationBytes)
    {
        // Where nothing is reserved the range is the system's.
        Reservation = BitSlab.Core.Reservation.Create(os, os.ChunksFromMalloc ? os.WantedBytes : reservationBytes);
        Assert.True(Reservation != null);
        Allocator = NewAllocator(options ?? SlabAllocatorOptions.Default);
        Heap = NewHeap(Allocator, Token);
    }

    public Reservation* Reservation { get; }

    public Allocator* Allocator { get; }

    public ThreadHeap* Heap { get; }

    public Allocator* NewAllocator(SlabAllocatorOptions options)
    {
        Allocator* allocator = Lifetime.CreateAllocator(Reservation);
        options.ApplyTo(allocator);
        return allocator;
    }

    public static ThreadHeap* NewHeap(Allocator* allocator, ulong token)
    {
        AllocStatus status;
        ThreadHeap* heap = Lifetime.CreateHeap(allocator, token, null, &status);
        Assert.Equal(AllocStatus.Ok, status);
        return heap;
    }

    public nint Alloc(nuint bytes) => Alloc(bytes, out _);

    public nint Alloc(nuint bytes, out AllocStatus status)
    {
        AllocStatus reason;
        bool zeroed;
        void* block = Allocation.Alloc(Heap, bytes, 1, &reason, &zeroed);
        status = reason;
        return (nint)block;
    }

    public BlockStatus Free(nint block, ulong token = Token) => Blocks.Free(Reservation, unchecked((void*)block), null, token);

    /// <summary>As a call of the layer above: the fast path, and what it does not take.</summary>
    public BlockStatus FreeFast(nint block) =>
        LocalFree.TryFree(Heap, unchecked((void*)block), Reservation->FirstSlice, Reservation->SliceCount, Reservation->Table)
            ? BlockStatus.Live
            : Free(block);

    public CensusTotals Count()
    {
        CensusTotals totals = default;
        Census.Count(Allocator, &totals);
        return totals;
    }

    public void Dispose()
    {
        TestOs.RefuseOnly(0);
        BitSlab.Core.Reservation.Destroy(Reservation);
    }
}
