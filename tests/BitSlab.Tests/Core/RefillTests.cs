using System.Collections.Generic;
using BitSlab.Core;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>What the slow path of an allocation may meet: entries that point at nothing, summaries that say too much.</summary>
public sealed unsafe class RefillTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(200)]
    public void Poisoned_in_mid_word_no_block_is_lost(int before)
    {
        using CoreFixture core = new();
        ClassEntry* entry = ThreadHeap.Entry(core.Heap, ThreadHeap.ClassOf(core.Heap, 100));
        HashSet<nint> blocks = [];
        for (int i = 0; i < before; i++)
        {
            Assert.True(blocks.Add(core.Alloc(100)));
        }

        entry->Word = &core.Reservation->ZeroWord;
        Slab* slab = entry->Slab;
        while (blocks.Count < slab->BlockCount)
        {
            Assert.True(blocks.Add(core.Alloc(100)));
            Assert.True(entry->Slab == slab);
        }

        core.Alloc(100);
        Assert.True(entry->Slab != slab);
    }

    [Fact]
    public void A_summary_bit_over_an_empty_word_is_skipped()
    {
        using CoreFixture core = new();
        Slab* slab = null;
        HashSet<nint> blocks = [];
        for (int i = 0; i < 300; i++)
        {
            Assert.True(blocks.Add(core.Alloc(100)));
            slab = ThreadHeap.Entry(core.Heap, ThreadHeap.ClassOf(core.Heap, 100))->Slab;
        }

        *ThreadHeap.Ahead(core.Heap, ThreadHeap.Entry(core.Heap, slab->Class)) = ulong.MaxValue >> (64 - slab->WordCount);
        while (blocks.Count < slab->BlockCount * 2)
        {
            Assert.True(blocks.Add(core.Alloc(100)));
        }

        Assert.Equal(2, core.Count().Slabs);
    }

    [Fact]
    public void A_full_slab_in_the_list_is_passed_over()
    {
        using CoreFixture core = new();
        List<nint> first = [];
        uint sizeClass = ThreadHeap.ClassOf(core.Heap, 1000);
        first.Add(core.Alloc(1000));
        Slab* slab = ThreadHeap.Entry(core.Heap, sizeClass)->Slab;
        while (ThreadHeap.Entry(core.Heap, sizeClass)->Slab == slab)
        {
            first.Add(core.Alloc(1000));
        }

        Assert.Equal(BlockStatus.Live, core.Free(first[0]));
        Assert.True(*ThreadHeap.WithRoom(core.Heap, sizeClass) == slab);
        slab->FreeWords[0] = 0;
        for (int i = 0; i < 500; i++)
        {
            Assert.NotEqual(first[0], core.Alloc(1000));
        }
    }

    [Fact]
    public void Local_frees_come_back_to_the_fast_path_though_the_class_never_runs_dry()
    {
        using CoreFixture core = new();
        nint remote = core.Alloc(100);
        nint local = core.Alloc(100);
        Slab* slab = ThreadHeap.Entry(core.Heap, ThreadHeap.ClassOf(core.Heap, 100))->Slab;
        Assert.Equal(BlockStatus.Live, core.Free(remote, CoreFixture.Token + 1));
        Assert.True(slab->LocalOwner == Slab.NoHeap);
        for (int i = 0; i < 64 && slab->LocalOwner != core.Heap; i++)
        {
            Assert.Equal(BlockStatus.Live, core.FreeFast(local));
            local = core.Alloc(100);
        }

        Assert.True(slab->LocalOwner == core.Heap);
        Assert.Equal(1, core.Count().Blocks);
    }

    [Fact]
    public void The_block_allocated_last_is_found_again_when_its_slab_is_not_current_any_more()
    {
        // A full slab in the list, a used-up current one, and no memory for a third: the look for one made the other current in vain.
        using CoreFixture core = new();
        uint sizeClass = ThreadHeap.ClassOf(core.Heap, 1000);
        nint first = core.Alloc(1000);
        Slab* linked = ThreadHeap.Entry(core.Heap, sizeClass)->Slab;
        nint last = first;
        while (ThreadHeap.Entry(core.Heap, sizeClass)->Slab == linked)
        {
            last = core.Alloc(1000);
        }

        core.Free(first);
        linked->FreeWords[0] = 0;
        core.Allocator->Limit = core.Allocator->Committed;
        AllocStatus status;
        for (nint next = last; next != 0; next = core.Alloc(1000, out status))
        {
            last = next;
        }

        Assert.Equal(BlockStatus.Live, core.FreeFast(last));
        Assert.Equal(BlockStatus.DoubleFree, core.FreeFast(last));
        Assert.Equal(last, core.Alloc(1000, out status));
    }
}
