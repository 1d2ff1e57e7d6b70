using System;
using System.Linq;
using Xunit;

namespace BitSlab.Tests.Support;

/// <summary>Asserts that an allocator's state is whole.</summary>
public static class Whole
{
    /// <summary>What holds of every snapshot, even one taken while other threads run.</summary>
    public static void NotNegative(SlabStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        long[] figures =
        [
            statistics.LiveBlocks, statistics.LiveBytes, statistics.LargeBlocks, statistics.LargeBytes, statistics.Chunks, statistics.Slabs,
            statistics.CommittedBytes, statistics.ReservedBytes, statistics.MetadataBytes, statistics.InvalidFrees,
            statistics.ChildBytes, statistics.ReturnedBytes, statistics.LimitRefusals, statistics.CommittedBytes - statistics.ChildBytes,
        ];
        Assert.True(figures.Min() >= 0, $"A figure is negative: {statistics}");
        foreach (SizeClassStatistics sizeClass in statistics.SizeClasses)
        {
            Assert.True(sizeClass.BlockSize > 0 && sizeClass.Slabs >= 0 && sizeClass.Capacity >= 0 && sizeClass.LiveBlocks >= 0,
                $"A figure is negative: {sizeClass}");
        }
    }

    /// <summary>The figures agree with each other. Only when nothing else runs.</summary>
    public static void Consistent(SlabStatistics statistics)
    {
        NotNegative(statistics);
        Assert.Equal(statistics.LiveBlocks, statistics.LargeBlocks + statistics.SizeClasses.Sum(c => c.LiveBlocks));
        Assert.Equal(statistics.LiveBytes, statistics.LargeBytes + statistics.SizeClasses.Sum(c => c.LiveBlocks * c.BlockSize));
        Assert.True(statistics.SizeClasses.Sum(c => c.Slabs) <= statistics.Slabs);
        Assert.True(statistics.CommittedBytes >= statistics.LiveBytes, $"Live bytes are not all committed: {statistics}");
        Assert.True(statistics.CommittedBytes >= statistics.MetadataBytes);
        int previous = 0;
        foreach (SizeClassStatistics sizeClass in statistics.SizeClasses)
        {
            Assert.True(sizeClass.BlockSize > previous, "Classes are not in ascending order.");
            Assert.True(sizeClass.LiveBlocks <= sizeClass.Capacity);
            previous = sizeClass.BlockSize;
        }
    }

    /// <summary>The allocator holds these blocks and bytes, and goes on working.</summary>
    public static void Holds(SlabAllocator allocator, long liveBlocks, long liveBytes)
    {
        ArgumentNullException.ThrowIfNull(allocator);
        SlabStatistics statistics = allocator.GetStatistics();
        Consistent(statistics);
        Assert.Equal((liveBlocks, liveBytes), (statistics.LiveBlocks, statistics.LiveBytes));
        long walked = 0;
        long walkedBytes = 0;
        foreach (SlabBlock block in allocator.EnumerateBlocks())
        {
            walked++;
            walkedBytes += (long)block.UsableSize;
        }

        Assert.Equal((liveBlocks, liveBytes), (walked, walkedBytes));
    }

    /// <summary>Nothing is live, and blocks of every kind can be had, written and freed.</summary>
    public static void Empty(SlabAllocator allocator)
    {
        Holds(allocator, 0, 0);
        StillWorks(allocator);
        Holds(allocator, 0, 0);
    }

    /// <summary>Allocates, writes, verifies and frees blocks of several classes and a large one.</summary>
    public static unsafe void StillWorks(SlabAllocator allocator)
    {
        ArgumentNullException.ThrowIfNull(allocator);
        var blocks = new (nint Address, nuint Size)[300];
        for (int i = 0; i < blocks.Length; i++)
        {
            nuint size = i == 0 ? 100_000 : (nuint)(i * 7);
            blocks[i] = ((nint)allocator.Alloc(size), size);
            Pattern.Fill(blocks[i].Address, size, (uint)size);
        }

        Assert.Null(Overlaps.Find(blocks));
        foreach ((nint address, nuint size) in blocks)
        {
            Pattern.Verify(address, size, (uint)size);
            allocator.Free((void*)address);
        }
    }
}
