using System;
using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Platform;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>Without a reservation: a table over a whole range, in which chunks lie anywhere and other memory between them.</summary>
public sealed unsafe class ScatteredChunkTests : IDisposable
{
    private const int Foreign = 100_000;

    public void Dispose() => ScatteredOs.End();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Blocks_of_all_kinds_come_and_go(int seed)
    {
        using CoreFixture core = Begin(seed);
        Random random = new(seed);
        List<(nint Block, nuint Size)> live = [];
        List<nint> foreign = [];
        for (int i = 0; i < 20_000; i++)
        {
            if (i % 2000 == 0)
            {
                foreign.Add((nint)ScatteredOs.Malloc(Foreign, 4096));
                Pattern.Fill(foreign[^1], Foreign, Pattern.SeedOf(foreign[^1]));
            }

            if (random.Next(100) < (i < 10_000 ? 60 : 40) || live.Count == 0)
            {
                nuint size = random.Next(1000) switch { 0 => 3u << 20, < 20 => 100_000, < 200 => 5000, _ => (nuint)random.Next(1, 2000) };
                nint block = Alloc(core, size);
                Pattern.Fill(block, size, Pattern.SeedOf(block));
                live.Add((block, size));
            }
            else
            {
                int which = random.Next(live.Count);
                (nint block, nuint size) = live[which];
                live[which] = live[^1];
                live.RemoveAt(live.Count - 1);
                Pattern.Verify(block, size, Pattern.SeedOf(block));
                Assert.Equal(BlockStatus.Live, core.FreeFast(block));
                Assert.NotEqual(BlockStatus.Live, core.FreeFast(block));
            }
        }

        Assert.Equal(live.Count, core.Count().Blocks + core.Count().LargeBlocks);

        // Where a block of ours once stood it is taken for that one, freed twice; elsewhere for none.
        Assert.All(foreign, block => Assert.NotEqual(BlockStatus.Live, core.FreeFast(block)));
        Assert.All(foreign, block => Pattern.Verify(block, Foreign, Pattern.SeedOf(block)));
        Assert.All(live, entry => Pattern.Verify(entry.Block, entry.Size, Pattern.SeedOf(entry.Block)));
        Assert.All(live, entry => Assert.Equal(BlockStatus.Live, core.FreeFast(entry.Block)));
        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        Assert.Equal((0, 0), (core.Count().Slabs, core.Allocator->ChunkCount));
        Assert.Equal(core.Allocator->HeapBytes + core.Allocator->WordBytes, core.Allocator->Committed);
    }

    [Fact]
    public void A_chunk_goes_back_to_malloc_as_a_whole()
    {
        using CoreFixture core = Begin(4);
        nint kept = core.Alloc(100);
        long before = ScatteredOs.Used;
        List<nint> blocks = [];
        for (int i = 0; i < 20; i++)
        {
            blocks.Add(core.Alloc(1 << 20));
        }

        Assert.True(ScatteredOs.Used >= before + (20 << 20));
        Assert.All(blocks, block => Assert.Equal(BlockStatus.Live, core.FreeFast(block)));
        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        Assert.Equal(before, ScatteredOs.Used);

        // The table knows what stood there, as long as nothing else does.
        Assert.All(blocks, block => Assert.Equal(BlockStatus.DoubleFree, core.FreeFast(block)));
        Assert.Equal(BlockStatus.Live, core.FreeFast(kept));
    }

    [Fact]
    public void A_large_block_lies_between_chunks_and_is_told_from_them()
    {
        using CoreFixture core = Begin(5);
        nint small = core.Alloc(100);
        nint large = core.Alloc(3 << 20);
        Assert.True((nuint)large - core.Reservation->Base < core.Reservation->Bytes);
        Assert.True(((nuint)small ^ (nuint)large) >> Layout.ChunkShift != 0);
        Assert.Equal(BlockStatus.InteriorPointer, core.FreeFast(large + 4096));
        Assert.Equal(BlockStatus.Live, core.FreeFast(large));
        Assert.Equal(BlockStatus.DoubleFree, core.FreeFast(large));
        Assert.Equal(BlockStatus.Live, core.FreeFast(small));
    }

    [Fact]
    public void Of_two_that_stood_at_an_address_the_later_counts()
    {
        // A large block that was freed, then a chunk that went with a reset.
        using CoreFixture core = Begin(7);
        const nuint Bytes = 2 << 20;
        nint address = core.Alloc(Bytes);
        Assert.Equal(BlockStatus.Live, core.FreeFast(address));
        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        LargeBlock block = new() { Address = (nuint)address, UsableBytes = 16, Allocator = core.Allocator };
        Assert.True(LargeRegistry.Add(core.Reservation, block));
        Assert.Equal(BlockStatus.Live, LargeRegistry.Find(core.Reservation, (nuint)address, null, remove: true, &block));
        Assert.Equal(BlockStatus.DoubleFree, core.FreeFast(address));
        while (core.Alloc(Bytes) != address)
        {
        }

        Lifetime.FreeAll(core.Allocator);
        Chunks.Purge(core.Allocator);
        Assert.Equal(0, core.Allocator->ChunkCount);
        Assert.Equal(BlockStatus.StaleBlock, core.FreeFast(address));
    }

    [Fact]
    public void A_chunk_outside_the_range_is_refused_and_goes_back()
    {
        OsPrimitives os = ScatteredOs.Begin(6);
        const nuint Part = ScatteredOs.RangeBytes / 2;
        os.LowestChunk += Part;
        os.WantedBytes = Part;
        using CoreFixture core = new(null, os, os.WantedBytes);
        List<nint> blocks = [];
        bool refused = false;
        long before = 0;
        while (!refused)
        {
            before = ScatteredOs.Used;
            nint block = core.Alloc(2 << 20, out AllocStatus status);
            refused = block == 0;
            Assert.Equal(refused, status == AllocStatus.OutOfMemory);
            if (!refused)
            {
                Assert.True((nuint)block >= core.Reservation->Base);
                blocks.Add(block);
            }
        }

        Assert.Equal(before, ScatteredOs.Used);
        Assert.All(blocks, block => Assert.Equal(BlockStatus.Live, core.FreeFast(block)));
    }

    private static CoreFixture Begin(int seed)
    {
        OsPrimitives os = ScatteredOs.Begin(seed);
        return new CoreFixture(null, os, os.WantedBytes);
    }

    // What is said to be zeros is.
    private static nint Alloc(CoreFixture core, nuint size)
    {
        AllocStatus status;
        bool zeroed;
        nint block = (nint)Allocation.Alloc(core.Heap, size, 1, &status, &zeroed);
        Assert.Equal(AllocStatus.Ok, status);
        Assert.False(zeroed && new ReadOnlySpan<byte>((void*)block, (int)size).ContainsAnyExcept((byte)0));
        return block;
    }
}
