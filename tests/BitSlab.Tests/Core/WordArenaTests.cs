using System.Collections.Generic;
using System.Linq;
using BitSlab.Core;
using Xunit;

namespace BitSlab.Tests.Core;

public sealed unsafe class WordArenaTests
{
    [Fact]
    public void Areas_do_not_overlap_and_share_no_line()
    {
        using CoreFixture core = new();
        Allocator* other = core.NewAllocator(SlabAllocatorOptions.Default);
        HashSet<nuint> lines = [];
        List<(nint Area, int Words)> areas = [];
        for (int i = 0; i < 500; i++)
        {
            Take(core.Allocator, (i * 7 % 64) + 1);
            Take(other, (i * 5 % 64) + 1);
        }

        // What was returned is used again, by the same allocator.
        int before = lines.Count;
        foreach ((nint area, int words) in areas.Where((_, i) => i % 2 == 0).ToList())
        {
            WordArena.Return(core.Allocator, (ulong*)area, words);
            Assert.Equal(area, (nint)NewArea(core.Allocator, words));
        }

        Assert.Equal(before, lines.Count);

        void Take(Allocator* allocator, int words)
        {
            ulong* area = NewArea(allocator, words);
            Assert.Equal((nuint)0, (nuint)area % Layout.CacheLine);
            for (int w = 0; w < words; w++)
            {
                area[w] = 1;
                ((ulong*)((byte*)area + core.Reservation->RemoteDistance))[w] = 0;
                Assert.True(w % 8 != 0 || lines.Add((nuint)(area + w)));
            }

            areas.Add(((nint)area, words));
        }
    }

    [Fact]
    public void Pages_of_disposed_allocators_serve_again()
    {
        using CoreFixture core = new();
        nuint used = 0;
        for (int i = 0; i < 50; i++)
        {
            Allocator* allocator = core.NewAllocator(SlabAllocatorOptions.Default);
            ThreadHeap* heap = CoreFixture.NewHeap(allocator, 3ul << 24);
            AllocStatus status;
            bool zeroed;
            for (int k = 0; k < 100; k++)
            {
                Assert.True(Allocation.Alloc(heap, (nuint)(k * 64), 1, &status, &zeroed) != null);
            }

            Lifetime.DestroyAllocator(allocator);
            used = i == 0 ? core.Reservation->WordBytesUsed : used;
            Assert.Equal(used, core.Reservation->WordBytesUsed);
        }
    }

    private static ulong* NewArea(Allocator* allocator, int words)
    {
        AllocStatus status;
        ulong* area = WordArena.Take(allocator, words, &status);
        Assert.Equal(AllocStatus.Ok, status);
        return area;
    }
}
