using System;
using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>
/// Blocks that read as zeros are not cleared again. Seen by what stands there though nobody may have written it: bytes that a test puts where the
/// next block will be come out.
/// </summary>
public sealed unsafe class ZeroTests
{
    private const byte Planted = 0xA5;

    [Theory]
    [InlineData(100)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(5000)]
    [InlineData(32_768)]
    public void The_next_block_of_a_fresh_slab_is_not_cleared_and_a_used_one_is(int size)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { IdleGiveBack = false });
        for (int i = 0; i < 3; i++)
        {
            nint first = subject.AllocZeroed((nuint)size);
            nint next = first + (nint)subject.GetUsableSize(first);
            *(byte*)next = Planted;
            nint second = subject.AllocZeroed((nuint)size);
            Assert.Equal(next, second);
            Assert.Equal(Planted, *(byte*)second);
            subject.Free(second);

            // Written by its user as far as anyone knows.
            List<nint> others = [];
            nint again;
            while ((again = subject.AllocZeroed((nuint)size)) != second)
            {
                others.Add(again);
            }

            Assert.Equal(0, *(byte*)again);
            subject.FreeBatch([first, again, .. others]);
            subject.Allocator.Trim();
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1500)]
    [InlineData(5000)]
    public void A_block_that_is_freed_while_the_system_takes_pages_is_not_taken_for_zero(int size)
    {
        using CoreFixture core = new();
        List<nint> blocks = FillSlab(core, size);
        foreach (nint block in blocks)
        {
            new Span<byte>((void*)block, size).Fill(Planted);
        }

        // One in the middle lives on, and goes while the pages around it are on their way: its own are not. Its neighbour stays, or the free would
        // make the word whole and wait for the lock, under which the pages go.
        int last = blocks.Count / 2;
        for (int i = 1; i < blocks.Count; i++)
        {
            Assert.True(i == last || i == last + 1 || core.Free(blocks[i]) == BlockStatus.Live);
        }

        int frees = 0;
        TestOs.OnGiveBack = () => frees += frees == 0 && core.FreeFast(blocks[last]) == BlockStatus.Live ? 1 : 0;
        Maintenance.Trim(core.Allocator, 0);
        TestOs.OnGiveBack = null;
        Assert.Equal(1, frees);

        int known = 0;
        for (int i = 2; i < blocks.Count; i++)
        {
            AllocStatus status;
            bool zeroed = true;
            byte* block = (byte*)Allocation.Alloc(core.Heap, (nuint)size, 1, &status, &zeroed);
            known += zeroed ? 1 : 0;
            Assert.False(zeroed && new Span<byte>(block, size).ContainsAnyExcept((byte)0), $"Block {i} was said to be zero.");
        }

        Assert.True(known > 0);
    }

    [Theory]
    [InlineData(1500)]
    [InlineData(5000)]
    [InlineData(30_000)]
    public void The_tail_of_a_slab_whose_pages_were_purged_is_not_cleared(int size)
    {
        using CoreFixture core = new();
        List<nint> blocks = FillSlab(core, size);
        for (int i = 2; i < blocks.Count; i++)
        {
            Assert.Equal(BlockStatus.Live, core.Free(blocks[i]));
        }

        Maintenance.Trim(core.Allocator, 0);
        for (int i = 6; i < blocks.Count; i++)
        {
            *(byte*)blocks[i] = Planted;
        }

        int known = 0;
        for (int i = 2; i < blocks.Count; i++)
        {
            nint block = AllocZeroed(core, size, out bool zeroed);
            Assert.Contains(block, blocks);
            known += zeroed && *(byte*)block == Planted ? 1 : 0;
        }

        Assert.Equal(blocks.Count - 6, known);
    }

    [Fact]
    public void A_block_of_the_purged_tail_is_zero_where_it_is_said_to_be()
    {
        int known = 0;
        foreach (int size in (int[])[16, 48, 300, 1000, 1500, 3000, 5000, 12_000, 30_000])
        {
            for (int fifth = 0; fifth < 5; fifth++)
            {
                using CoreFixture core = new();
                List<nint> blocks = FillSlab(core, size);
                int stay = 1 + (blocks.Count * fifth / 5);
                blocks.ForEach(block => new Span<byte>((void*)block, size).Fill(Planted));
                for (int i = stay; i < blocks.Count; i++)
                {
                    core.Free(blocks[i]);
                }

                Maintenance.Trim(core.Allocator, 0);
                for (int i = stay; i < blocks.Count; i++)
                {
                    nint block = AllocZeroed(core, size, out bool zeroed);
                    Assert.True(!zeroed || IsZero(block, size), $"A block of {size} bytes is said to be zero, and is not.");
                    known += zeroed ? 1 : 0;
                }
            }
        }

        Assert.True(known > 1000, $"Only {known} blocks were known to be zero.");
    }

    [Fact]
    public void Blocks_of_untouched_slices_are_not_cleared_and_those_of_used_ones_are()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { IdleGiveBack = false });
        nint first = subject.AllocZeroed(100_000);
        nint next = first + (nint)subject.GetUsableSize(first);
        *(byte*)next = Planted;
        Assert.Equal(next, subject.AllocZeroed(100_000));
        Assert.Equal(Planted, *(byte*)next);
        subject.Free(next);
        Assert.Equal(next, subject.AllocZeroed(100_000));
        Assert.Equal(0, *(byte*)next);
    }

    [Fact]
    public void When_the_system_kept_the_pages_nothing_is_said_to_be_zero()
    {
        using CoreFixture core = new();
        for (int refused = 1; refused < 12; refused++)
        {
            List<nint> blocks = [];
            for (int i = 0; i < 200; i++)
            {
                blocks.Add(core.Alloc(30_000));
                new Span<byte>((void*)blocks[^1], 30_000).Fill(Planted);
            }

            foreach (nint block in blocks)
            {
                core.Free(block);
            }

            // The decommit and the purge behind it.
            TestOs.Refuse(refused, 2);
            Maintenance.Trim(core.Allocator, CoreFixture.Token);
            TestOs.Refuse(0, 0);
            for (int i = 0; i < 200; i++)
            {
                blocks[i] = AllocZeroed(core, 30_000, out bool zeroed);
                Assert.True(!zeroed || IsZero(blocks[i], 30_000), "A block is said to be zero, and is not.");
            }

            blocks.ForEach(block => core.Free(block));
        }
    }

    // The blocks of a slab that is not current; the one that is is full.
    private static List<nint> FillSlab(CoreFixture core, int size)
    {
        List<nint> blocks = [core.Alloc((nuint)size)];
        int count = (int)ThreadHeap.Entry(core.Heap, ThreadHeap.ClassOf(core.Heap, (uint)size))->Slab->BlockCount;
        while (blocks.Count < 2 * count)
        {
            blocks.Add(core.Alloc((nuint)size));
        }

        return blocks[..count];
    }

    private static nint AllocZeroed(CoreFixture core, int size, out bool zeroed)
    {
        AllocStatus status;
        bool known = true;
        nint block = (nint)Allocation.Alloc(core.Heap, (nuint)size, 1, &status, &known);
        Assert.Equal(AllocStatus.Ok, status);
        zeroed = known;
        return block;
    }

    private static bool IsZero(nint block, int size) => new ReadOnlySpan<byte>((void*)block, size).IndexOfAnyExcept((byte)0) < 0;
}
