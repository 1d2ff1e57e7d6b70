using System;
using System.Runtime.InteropServices;
using BitSlab.Tests.Support;
using Xunit;
using Xunit.Sdk;

namespace BitSlab.Tests.Model;

/// <summary>The checks themselves are seen to catch what they are for.</summary>
public sealed unsafe class ModelCatchesTests
{
    private static readonly SlabStatistics Empty = new()
    {
        LiveBlocks = 0,
        LiveBytes = 0,
        LargeBlocks = 0,
        LargeBytes = 0,
        Chunks = 0,
        Slabs = 0,
        CommittedBytes = 0,
        ChildBytes = 0,
        ReturnedBytes = 0,
        LimitRefusals = 0,
        ReservedBytes = 0,
        MetadataBytes = 0,
        InvalidFrees = 0,
        SizeClasses = [],
        Sizing = new SizingStatistics
        {
            State = SizingState.Off,
            Classes = 0,
            Samples = 0,
            Changes = 0,
            ExpectedWaste = null,
            WasteBeforeChange = null,
            WasteAfterChange = null,
        },
    };

    [Theory]
    [InlineData(0x1000, 0x20, 0x1000, 0x20)] // the same block
    [InlineData(0x1000, 0x20, 0x1010, 0x20)] // begins inside
    [InlineData(0x1010, 0x20, 0x1000, 0x20)] // ends inside
    [InlineData(0x1000, 0x20, 0x101F, 0x01)] // the last byte
    [InlineData(0x1010, 0x10, 0x1000, 0x11)] // the first byte
    [InlineData(0x1000, 0x100, 0x1010, 0x10)] // within
    [InlineData(0x1010, 0x10, 0x1000, 0x100)] // around
    public void Blocks_that_overlap_are_caught(int first, int firstSize, int second, int secondSize)
    {
        var model = new BlockModel();
        model.Add(new(first, 1, (nuint)firstSize, 1), 1);
        Assert.ThrowsAny<XunitException>(() => model.Add(new(second, 1, (nuint)secondSize, 2), 1));
        Assert.NotNull(Overlaps.Find([(first, (nuint)firstSize), (second, (nuint)secondSize)]));
        model.Add(new(first + firstSize, 16, 16, 3), 1);
        Assert.Null(Overlaps.Find([(first, (nuint)firstSize), (first + firstSize, 16)]));
    }

    [Fact]
    public void Null_misaligned_and_short_blocks_are_caught()
    {
        var model = new BlockModel();
        Assert.ThrowsAny<XunitException>(() => model.Add(new(0, 1, 1, 1), 1));
        Assert.ThrowsAny<XunitException>(() => model.Add(new(0x1008, 1, 16, 1), 16));
        Assert.ThrowsAny<XunitException>(() => model.Add(new(0x1000, 17, 16, 1), 16));
        model.Add(new(0x1000, 16, 16, 1), 4096);
        Assert.ThrowsAny<XunitException>(() => model.Remove(0x2000));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1001)]
    [InlineData(100_000)]
    public void Each_damage_to_contents_is_caught(int size)
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)size + 16);
        Pattern.Fill((nint)block, (nuint)size, 5);
        Pattern.Verify((nint)block, (nuint)size, 5);
        Assert.False(Pattern.Holds((nint)block, (nuint)size, (nuint)size, 6), "Another block's contents pass.");
        foreach (int at in new[] { 0, size - 1, size <= 65_536 ? size / 2 : 8192 })
        {
            block[at] ^= 0x10;
            Assert.False(Pattern.Holds((nint)block, (nuint)size, (nuint)size, 5), $"A changed byte at {at} passes.");
            block[at] ^= 0x10;
        }

        if (size >= 64)
        {
            Buffer.MemoryCopy(block, block + 8, size, size);
            Assert.False(Pattern.Holds((nint)block, (nuint)size, (nuint)size, 5), "A shifted copy passes.");
        }

        NativeMemory.Free(block);
    }

    [Theory]
    [InlineData(50, 20)]
    [InlineData(100_000, 99_999)]
    [InlineData(100_000, 70_000)]
    [InlineData(100_000, 3)]
    public void The_beginning_of_a_longer_fill_is_recognised(int filled, int length)
    {
        void* block = NativeMemory.Alloc((nuint)filled);
        Pattern.Fill((nint)block, (nuint)filled, 5);
        Assert.True(Pattern.Holds((nint)block, (nuint)filled, (nuint)length, 5));
        Assert.False(Pattern.Holds((nint)block, (nuint)filled, (nuint)length, 4));
        NativeMemory.Free(block);
    }

    [Fact]
    public void Wrong_figures_are_caught()
    {
        var model = new BlockModel();
        model.Agrees(Empty);
        Assert.ThrowsAny<XunitException>(() => model.Agrees(Empty with { LiveBlocks = 1, LargeBlocks = 1 }));
        Assert.ThrowsAny<XunitException>(() => model.Agrees(Empty with { LiveBytes = 16, LargeBytes = 16, CommittedBytes = 100 }));
        Assert.ThrowsAny<XunitException>(() => model.Agrees(Empty with { InvalidFrees = -1 }));
        Assert.ThrowsAny<XunitException>(() => Whole.NotNegative(Empty with { LiveBytes = -16 }));
        Assert.ThrowsAny<XunitException>(() => Whole.Consistent(Empty with { MetadataBytes = 10 }));
        model.Add(new(0x1000, 10, 16, 1), 1);
        Assert.ThrowsAny<XunitException>(() => model.Agrees(Empty));
    }

    [Fact]
    public void A_wrong_walk_is_caught()
    {
        var model = new BlockModel();
        model.Add(new(0x1000, 10, 16, 1), 1);
        model.Agrees([(0x1000, 16)]);
        Assert.ThrowsAny<XunitException>(() => model.Agrees([]));
        Assert.ThrowsAny<XunitException>(() => model.Agrees([(0x1000, 32)]));
        Assert.ThrowsAny<XunitException>(() => model.Agrees([(0x1000, 16), (0x1000, 16)]));
        Assert.ThrowsAny<XunitException>(() => model.Agrees([(0x1000, 16), (0x2000, 16)]));
    }

    [Fact]
    public void A_crowd_reports_what_a_thread_threw()
    {
        AggregateException thrown = Assert.Throws<AggregateException>(() => Crowd.Run(3, i => Assert.NotEqual(1, i)));
        Assert.Single(thrown.InnerExceptions);
        Assert.Throws<TimeoutException>(() => Worker.RunOnce(() => throw new TimeoutException()));
    }
}
