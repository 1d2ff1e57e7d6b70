using System;
using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>
/// Pages of 16 KiB and 64 KiB, as some systems have: of all that is asked of the system each range is whole pages, and holes are whole pages.
/// </summary>
public sealed unsafe class PageSizeTests : IDisposable
{
    public static TheoryData<int, int> Cases
    {
        get
        {
            TheoryData<int, int> cases = [];
            foreach (int page in (int[])[4 << 10, 16 << 10, 64 << 10])
            {
                foreach (int size in (int[])[16, 100, 1000, 3000, 20_000, 32_768])
                {
                    cases.Add(page, size);
                }
            }

            return cases;
        }
    }

    public void Dispose() => TestOs.PageSize = 0;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Exactly_the_pages_without_a_live_block_go_and_read_as_zeros(int pageSize, int size)
    {
        TestOs.PageSize = (nuint)pageSize;
        using CoreFixture core = new();
        List<nint> live = Sparse(core, size);

        // What lies between the slabs is gone before. The owner gives up the slab that it is at, so all have holes.
        Chunks.Purge(core.Allocator);
        long expected = 0;
        List<nint> holes = [];
        foreach (nint slab in SlabsOf(core, live))
        {
            expected += FindHoles((Slab*)slab, core, size, pageSize, live, holes);
        }

        Assert.Equal(expected == 0, pageSize == 64 << 10 && size <= 1024);
        long before = core.Allocator->Returned;
        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        Assert.Equal(expected, core.Allocator->Returned - before);
        Assert.All(holes, page => Assert.False(new ReadOnlySpan<byte>((void*)page, pageSize).ContainsAnyExcept((byte)0)));
        Assert.All(live, block => Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block)));

        // And they serve again, each block once.
        HashSet<nint> all = [.. live];
        int more = (8 << 20) / size;
        for (int i = 0; i < more; i++)
        {
            nint block = core.Alloc((nuint)size);
            Assert.True(all.Add(block));
            Pattern.Fill(block, (nuint)size, Pattern.SeedOf(block));
        }

        Assert.All(all, block => Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block)));
    }

    [Theory]
    [InlineData(4 << 10)]
    [InlineData(16 << 10)]
    [InlineData(64 << 10)]
    public void Blocks_of_all_kinds_come_and_go(int pageSize)
    {
        TestOs.PageSize = (nuint)pageSize;
        using CoreFixture core = new(null, 256u << 20);
        for (int round = 0; round < 2; round++)
        {
            List<(nint Block, nuint Size)> live = [];
            for (int i = 0; i < 600; i++)
            {
                nuint size = (i % 6) switch { 0 => 20_000, 1 => 300_000, 2 => i == 2 ? (3u << 20) + 1 : 40_000, 3 => 5000, _ => (nuint)i };
                nint block = core.Alloc(size);
                Pattern.Fill(block, size, Pattern.SeedOf(block));
                live.Add((block, size));
            }

            Assert.All(live, entry => Pattern.Verify(entry.Block, entry.Size, Pattern.SeedOf(entry.Block)));
            Assert.All(live, entry => Assert.Equal(BlockStatus.Live, core.Free(entry.Block)));
        }

        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        Assert.Equal(0, core.Count().Slabs);
        Assert.Equal(core.Allocator->HeapBytes + core.Allocator->WordBytes, core.Allocator->Committed);
    }

    [Fact]
    public void A_range_of_less_than_a_page_is_noticed()
    {
        // The control of the check that the others count on.
        TestOs.PageSize = 16 << 10;
        Platform.OsPrimitives os = TestOs.Primitives;
        void* range = os.Reserve(64 << 10);
        Assert.Equal(0, (nint)range & ((16 << 10) - 1));
        nint start = (nint)range;
        Assert.Throws<InvalidOperationException>(() => TestOs.Primitives.Commit((void*)(start + 4096), 16 << 10));
        Assert.Throws<InvalidOperationException>(() => TestOs.Primitives.Purge((void*)start, 4096));
        os.Release(range, 64 << 10);
    }

    // Some full slabs of which few blocks are left, each filled.
    private static List<nint> Sparse(CoreFixture core, int size)
    {
        List<nint> blocks = [];
        while ((long)blocks.Count * size < 4 << 20)
        {
            nint block = core.Alloc((nuint)size);
            Pattern.Fill(block, (nuint)size, Pattern.SeedOf(block));
            blocks.Add(block);
        }

        int step = int.Max(7, 200_000 / size);
        List<nint> live = [];
        for (int i = 0; i < blocks.Count; i++)
        {
            // The last, too: the slab that is current stays.
            if (i % step == 0 || i == blocks.Count - 1)
            {
                live.Add(blocks[i]);
            }
            else
            {
                Assert.Equal(BlockStatus.Live, core.Free(blocks[i]));
            }
        }

        return live;
    }

    private static HashSet<nint> SlabsOf(CoreFixture core, List<nint> live)
    {
        HashSet<nint> slabs = [];
        foreach (nint block in live)
        {
            slabs.Add((nint)Slab.At(Slab.SliceOf((void*)block), core.Reservation->Table)->First);
        }

        return slabs;
    }

    // By the blocks alone: the pages of a slab that were touched, and hold no byte of a live block.
    private static long FindHoles(Slab* slab, CoreFixture core, int size, int pageSize, List<nint> live, List<nint> holes)
    {
        nint start = (nint)Reservation.AddressOf(core.Reservation, slab);
        nint bytes = (nint)slab->SliceCount << Layout.SliceShift;
        nint touched = (nint)uint.Min(slab->Untouched, slab->BlockCount) * slab->BlockSize;
        bool[] used = new bool[bytes / pageSize];
        foreach (nint block in live)
        {
            for (nint page = (block - start) / pageSize; block >= start && page < used.Length && page * pageSize < block - start + slab->BlockSize; page++)
            {
                used[page] = true;
            }
        }

        long found = 0;
        for (int page = 0; page < used.Length; page++)
        {
            if (!used[page] && (nint)page * pageSize < touched)
            {
                found += pageSize;
                holes.Add(start + ((nint)page * pageSize));
            }
        }

        return found;
    }
}
