using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Core;
using BitSlab.Tests.Concurrency;
using BitSlab.Tests.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>The core alone, where owners come and go within microseconds: ladders change beside them, and sizes are sampled in short bursts.</summary>
[Collection(AloneCollection.Name)]
public sealed unsafe class HeapsUnderChangeTests : IDisposable
{
    private const int Maximum = 4096;
    private const int Alignment = 8;

    private static readonly SlabAllocatorOptions s_options = new()
    {
        Adaptive = AdaptiveSizing.Learn,
        MaxManagedBlockSize = Maximum,
        MinimumAlignment = Alignment,
    };

    private readonly nint[] _slots = new nint[3000];
    private readonly SizeSample* _samples = (SizeSample*)NativeMemory.AllocZeroed(Maximum, (nuint)sizeof(SizeSample));
    private readonly CoreFixture _core = new(s_options, reservationBytes: 1u << 30);
    private ulong _lastToken = CoreFixture.Token;

    public HeapsUnderChangeTests()
    {
        _core.Allocator->Samples = _samples;
        _core.Allocator->BurstLength = 50;
        Lifetime.MakeOrphan(_core.Heap, CoreFixture.Token);
    }

    public void Dispose()
    {
        _core.Dispose();
        NativeMemory.Free(_samples);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Ladders_change_beside_owners_freers_maintenance_and_adopters(int callsOfAnOwner)
    {
        const int Rounds = 200;
        const int Owners = 1000;
        bool done = false;
        int owners = 0;
        Crowd.Run(4, thread =>
        {
            var random = new Random(thread);
            int[][] ladders = [.. Enumerable.Range(0, thread == 0 ? 200 : 0).Select(_ => Ladders.Random(random, classes: 60, Alignment, Maximum))];
            // However late the machine starts the owners, the change goes on until enough of them were beside it.
            for (int i = 0; thread == 0 && (i < Rounds || Volatile.Read(ref owners) < Owners); i++)
            {
                // So many in a row that one is often published while another is copied.
                for (int k = 0; k < 50; k++)
                {
                    Ladders.Publish(_core.Allocator, ladders[random.Next(ladders.Length)]);
                }

                Maintain(trim: i % 5 == 0);
                Thread.Yield();
            }

            Volatile.Write(ref done, thread == 0 || done);
            while (!Volatile.Read(ref done))
            {
                Own(random, callsOfAnOwner);
                Interlocked.Increment(ref owners);
            }
        });
        FreeAll();
        Assert.Equal(0, _core.Count().Blocks);
        Assert.Equal(0, _core.Allocator->InvalidFrees);

        // Each slab is found, whichever ladder it was cut for.
        Maintain(trim: true);
        Assert.Equal(0, _core.Count().Slabs);
    }

    // A thread's life, short: a heap of its own, blocks for whoever comes, others' blocks freed.
    private void Own(Random random, int calls)
    {
        ulong token = Interlocked.Add(ref _lastToken, CoreFixture.Token);
        ThreadHeap* heap = Lifetime.AdoptOrphan(_core.Allocator, token);
        if (heap == null)
        {
            heap = CoreFixture.NewHeap(_core.Allocator, token);
        }

        for (int i = 0; i < calls; i++)
        {
            nuint size = (nuint)random.Next(16, random.Next(4) == 0 ? Maximum : 600);
            nint block = (nint)LocalAlloc.TakeOrRefill(heap, size);
            if (block == 0)
            {
                AllocStatus status;
                bool zeroed = false;
                block = (nint)Allocation.Alloc(heap, size, 1, &status, &zeroed);
                Assert.Equal(AllocStatus.Ok, status);
            }

            nint other = Interlocked.Exchange(ref _slots[random.Next(_slots.Length)], Parcel.Of(block, size, (uint)random.Next()).Block);
            Parcel.At(other).Verify();
            Free(heap, other, token);
        }

        Assert.True(Lifetime.MakeOrphan(heap, token));
    }

    private void Free(ThreadHeap* heap, nint block, ulong token)
    {
        Reservation* reservation = _core.Reservation;
        if (block != 0 && !LocalFree.TryFree(heap, (void*)block, reservation->FirstSlice, reservation->SliceCount, reservation->Table))
        {
            Assert.Equal(BlockStatus.Live, _core.Free(block, token));
        }
    }

    private void Maintain(bool trim)
    {
        Allocator* allocator = _core.Allocator;
        CoreLock.Enter(&allocator->Gate, &allocator->Reservation->Os);
        Sampling.StartBursts(allocator);
        if (trim)
        {
            Maintenance.Trim(allocator, 0);
        }
        else
        {
            Maintenance.Tick(allocator);
        }

        CoreLock.Exit(&allocator->Gate);
    }

    private void FreeAll()
    {
        foreach (nint block in _slots)
        {
            Parcel.At(block).Verify();
            Assert.True(block == 0 || _core.Free(block, token: 1ul << 60) == BlockStatus.Live);
        }
    }
}
