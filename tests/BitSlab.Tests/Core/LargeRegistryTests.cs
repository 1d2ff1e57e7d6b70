using System.Collections.Generic;
using System.Linq;
using BitSlab.Core;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Core;

public sealed unsafe class LargeRegistryTests
{
    [Fact]
    public void It_holds_what_a_dictionary_holds()
    {
        // Few addresses, so that they meet again, and enough that tables grow and runs wrap.
        Gen<(int Kind, int Key)[]> steps = Gen.Select(Gen.Int[0, 2], Gen.Int[1, 3000]).Array[0, 6000];
        steps.Sample(
            sequence =>
            {
                using CoreFixture core = new();
                Dictionary<nuint, nuint> model = [];
                foreach ((int kind, int key) in sequence)
                {
                    nuint address = (nuint)key * 4096;
                    LargeBlock found;
                    if (kind != 0 && !model.ContainsKey(address))
                    {
                        model.Add(address, (nuint)key);
                        Assert.True(LargeRegistry.Add(core.Reservation, Block(core.Allocator, address, (nuint)key)));
                    }
                    else
                    {
                        bool expected = model.Remove(address, out nuint bytes);
                        BlockStatus status = LargeRegistry.Find(core.Reservation, address, null, remove: true, &found);
                        Assert.Equal(expected, status == BlockStatus.Live);
                        Assert.True(!expected || found.UsableBytes == bytes);
                    }
                }

                foreach ((nuint address, nuint bytes) in model)
                {
                    LargeBlock found;
                    Assert.Equal(BlockStatus.Live, LargeRegistry.Find(core.Reservation, address, null, remove: false, &found));
                    Assert.Equal(bytes, found.UsableBytes);
                }

                Assert.Equal(model.Keys.Order(), Walk(core).Order());
            },
            iter: 20);
    }

    [Fact]
    public void A_sweep_takes_all_blocks_of_one_allocator_and_none_of_another()
    {
        using CoreFixture core = new();
        Allocator* other = core.NewAllocator(SlabAllocatorOptions.Default);
        for (int i = 1; i <= 10_000; i++)
        {
            Assert.True(LargeRegistry.Add(core.Reservation, Block(i % 3 == 0 ? other : core.Allocator, (nuint)i * 16, 8)));
        }

        HashSet<nuint> taken = [];
        LargeSweep sweep = default;
        LargeBlock block;
        while (LargeRegistry.TakeNext(core.Reservation, core.Allocator, &sweep, &block))
        {
            Assert.True(taken.Add(block.Address));
        }

        Assert.Equal(10_000 - (10_000 / 3), taken.Count);
        for (int i = 1; i <= 10_000; i++)
        {
            BlockStatus status = LargeRegistry.Find(core.Reservation, (nuint)i * 16, null, remove: false, &block);
            Assert.Equal(i % 3 == 0, status == BlockStatus.Live);
        }
    }

    [Fact]
    public void What_is_refused_is_named()
    {
        using CoreFixture core = new();
        Allocator* other = core.NewAllocator(SlabAllocatorOptions.Default);
        Assert.True(LargeRegistry.Add(core.Reservation, Block(core.Allocator, 0x10000, 4096)));
        LargeBlock block;
        Assert.Equal(BlockStatus.InteriorPointer, LargeRegistry.Find(core.Reservation, 0x10010, null, remove: true, &block));
        Assert.Equal(BlockStatus.OtherAllocator, LargeRegistry.Find(core.Reservation, 0x10000, other, remove: true, &block));
        Assert.Equal(BlockStatus.Live, LargeRegistry.Find(core.Reservation, 0x10000, core.Allocator, remove: true, &block));
        Assert.Equal(BlockStatus.DoubleFree, LargeRegistry.Find(core.Reservation, 0x10000, null, remove: true, &block));
        Assert.Equal(BlockStatus.UnknownPointer, LargeRegistry.Find(core.Reservation, 0x20000, null, remove: true, &block));
    }

    private static LargeBlock Block(Allocator* allocator, nuint address, nuint bytes) =>
        new() { Address = address, UsableBytes = bytes, Allocator = allocator };

    private static List<nuint> Walk(CoreFixture core)
    {
        List<nuint> found = [];
        BlockWalk walk = new(core.Allocator);
        nuint address;
        nuint bytes;
        while (walk.Next(&address, &bytes))
        {
            found.Add(address);
        }

        return found;
    }
}
