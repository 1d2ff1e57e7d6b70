using System.Collections.Generic;
using BitSlab.Core;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>
/// A double free that was under way while its slab was given back and cut anew: what it leaves behind at each of its steps does
/// no harm to the blocks that stand there now.
/// </summary>
public sealed unsafe class StrayFreeTests
{
    [Fact]
    public void A_bit_beyond_the_slabs_words_is_dropped_and_reported()
    {
        using CoreFixture core = new();
        nint block = core.Alloc(16_000);
        Slab* slab = SlabOf(core, block);
        Reservation.RemoteWords(core.Reservation, slab)[5] |= 1;
        slab->RemoteSummary |= 1 << 5;
        RemoteFree.Push(core.Heap, slab);
        Collection.RunAll(core.Heap);

        Assert.Equal(1, core.Heap->FaultCount);
        Assert.Equal(1, core.Allocator->InvalidFrees);
        FillAndCheck(core, 16_000, (int)slab->BlockCount * 2);
    }

    [Fact]
    public void A_middle_slice_on_the_ready_stack_does_not_count_as_a_slab()
    {
        using CoreFixture core = new();

        // A slice that was a slab of small blocks, and is the middle of one of large blocks now.
        List<nint> small = [];
        for (int i = 0; i < 4096 * 4; i++)
        {
            small.Add(core.Alloc(16));
        }

        small.ForEach(block => core.Free(block));
        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        nint large = core.Alloc(20_000);
        Slab* first = SlabOf(core, large);
        Slab* middle = first + 1;
        Assert.True(middle->First == first);

        Reservation.RemoteWords(core.Reservation, first)[0] |= 2;
        middle->RemoteSummary = 1;
        RemoteFree.Push(core.Heap, middle);
        Collection.RunAll(core.Heap);
        Collection.RunAll(core.Heap);
        Assert.Equal(0ul, middle->RemoteSummary);
        Assert.Equal(0ul, first->RemoteSummary);
        FillAndCheck(core, 20_000, (int)first->BlockCount * 2);
        FillAndCheck(core, 16, 10_000);
    }

    [Fact]
    public void A_late_free_of_a_large_block_does_not_claim_a_slab()
    {
        using CoreFixture core = new();
        Slab* slab = SlabOf(core, core.Alloc(100));
        Assert.Equal(BlockStatus.DoubleFree, LargeBlocks.FreeSlices(core.Reservation, slab));
        Assert.Equal((byte)SliceKind.Slab, slab->Kind);
        FillAndCheck(core, 100, 2000);
    }

    [Fact]
    public void A_slab_on_its_former_owners_stack_reaches_the_owner_it_has_now()
    {
        using CoreFixture core = new();
        ThreadHeap* former = CoreFixture.NewHeap(core.Allocator, 2ul << 24);
        nint block = core.Alloc(100);
        Slab* slab = SlabOf(core, block);
        nint freed = core.Alloc(100);
        uint index = Slab.IndexOf(slab, (void*)freed);
        Reservation.RemoteWords(core.Reservation, slab)[0] |= 1ul << (int)index;
        slab->RemoteSummary = 1;
        RemoteFree.Push(former, slab);
        Collection.RunAll(former);
        Assert.True(*ThreadHeap.Ready(core.Heap, slab->Class) == slab);
        Collection.RunAll(core.Heap);
        Assert.Equal(1, core.Count().Blocks);
    }

    [Fact]
    public void Bits_that_were_left_behind_are_cleared_at_birth()
    {
        using CoreFixture core = new();
        nint block = core.Alloc(100);
        ulong* remote = Reservation.RemoteWords(core.Reservation, SlabOf(core, block));
        core.Free(block);
        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        *remote = 1;

        nint again = core.Alloc(100);
        Assert.Equal(block, again);
        Assert.Equal(BlockStatus.Live, core.Free(again, token: 0));
        Assert.Equal(1, core.Allocator->InvalidFrees);
    }

    private static Slab* SlabOf(CoreFixture core, nint block)
    {
        BlockPlace place;
        Assert.Equal(BlockStatus.Live, Blocks.Find(core.Reservation, (void*)block, null, &place));
        return place.Slice->First;
    }

    private static void FillAndCheck(CoreFixture core, nuint size, int count)
    {
        HashSet<nint> blocks = [];
        for (int i = 0; i < count; i++)
        {
            nint block = core.Alloc(size);
            Assert.True(blocks.Add(block));
            BlockPlace place;
            Assert.Equal(BlockStatus.Live, Blocks.Find(core.Reservation, (void*)block, null, &place));
            Assert.True(place.UsableBytes >= size);
            *(nint*)block = block;
        }

        foreach (nint block in blocks)
        {
            Assert.Equal(block, *(nint*)block);
            Assert.Equal(BlockStatus.Live, core.Free(block));
        }
    }
}
