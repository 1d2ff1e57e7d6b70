using System.Collections.Generic;
using System.Threading;
using BitSlab.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>While memory is on its way to the operating system nobody may have it, and afterwards nobody may know it.</summary>
public sealed unsafe class GiveBackTests
{
    [Fact]
    public void While_a_give_back_is_paused_others_fill_and_keep_what_they_write()
    {
        using CoreFixture core = new(reservationBytes: 256u << 20);
        List<nint> blocks = [];
        for (int i = 0; i < 20_000; i++)
        {
            blocks.Add(core.Alloc(1000));
        }

        // Holes in all chunks, so that there is something to purge in each.
        for (int i = 0; i < blocks.Count; i++)
        {
            if (i % 1000 < 990)
            {
                core.Free(blocks[i]);
            }
        }

        Needs.Threads();
        Allocator* other = core.NewAllocator(SlabAllocatorOptions.Default);
        ThreadHeap* otherHeap = CoreFixture.NewHeap(other, 2ul << 24);
        Allocator* allocator = core.Allocator;
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim resume = new();
        Thread trimmer = new(() =>
        {
            TestOs.OnGiveBack = () =>
            {
                inside.Set();
                resume.Wait();
            };
            Chunks.Purge(allocator);
            TestOs.OnGiveBack = null;
        });
        trimmer.Start();
        Assert.True(inside.Wait(10_000, TestContext.Current.CancellationToken));

        List<nint> written = [];
        for (int i = 0; i < 10_000; i++)
        {
            AllocStatus status;
            bool zeroed;
            ThreadHeap* heap = i % 2 == 0 ? core.Heap : otherHeap;
            nint block = (nint)Allocation.Alloc(heap, 1000, 1, &status, &zeroed);
            *(nint*)block = block;
            *((nint*)block + 100) = ~block;
            written.Add(block);
        }

        resume.Set();
        trimmer.Join();
        Assert.All(written, block => Assert.Equal((block, ~block), (*(nint*)block, *((nint*)block + 100))));
    }

    [Fact]
    public void A_block_of_malloc_is_unregistered_before_it_is_freed()
    {
        // Else another thread's malloc gets the address in between, and its registration is the one that is removed.
        using CoreFixture core = new(SlabAllocatorOptions.Classic);
        int freed = 0;
        Reservation* reservation = core.Reservation;
        TestOs.OnFreeMalloc = address =>
        {
            LargeBlock found;
            Assert.NotEqual(BlockStatus.Live, LargeRegistry.Find(reservation, (nuint)address, null, remove: false, &found));
            freed++;
        };
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(BlockStatus.Live, core.Free(core.Alloc(5000)));
        }

        core.Alloc(5000);
        Lifetime.FreeAll(core.Allocator);
        TestOs.OnFreeMalloc = null;
        Assert.Equal(101, freed);
    }

    [Theory]
    [InlineData(40_000)]
    [InlineData(2_000_000)]
    [InlineData(3_000_000)]
    public void Memory_said_to_be_zero_is_zero(int size)
    {
        Needs.Pages();
        using CoreFixture core = new(reservationBytes: 256u << 20);
        int known = 0;
        for (int round = 0; round < 40; round++)
        {
            AllocStatus status;
            bool zeroed;
            byte* block = (byte*)Allocation.Alloc(core.Heap, (nuint)size, 1, &status, &zeroed);
            known += zeroed ? 1 : 0;
            for (int i = 0; zeroed && i < size; i += 509)
            {
                Assert.Equal(0, block[i]);
            }

            new System.Span<byte>(block, size).Fill(0xA5);
            if (round % 3 != 0)
            {
                core.Free((nint)block);
            }

            if (round % 10 == 9)
            {
                Maintenance.Trim(core.Allocator, CoreFixture.Token);
            }
        }

        Assert.True(known > 0);
    }
}
