using System;
using System.Buffers;
using System.Runtime.Intrinsics;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Once warm, rents leave nothing on the garbage-collected heap.</summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryPoolGarbageTests
{
    [Theory]
    [InlineData(1, 640)]
    [InlineData(32, 640)]
    [InlineData(1, -1)]
    [InlineData(1, 0)]
    [InlineData(32, 1_100)]
    [InlineData(5_000, 20)]
    [InlineData(2, 100_000)]
    public void Rents_leave_nothing(int atOnce, int length)
    {
        using var pool = new SlabMemoryPool<byte>();
        var owners = new IMemoryOwner<byte>[atOnce];
        Pass();
        Assert.Equal(0, BytesOf(Pass));

        void Pass()
        {
            for (int i = 0; i < 20_000; i += atOnce)
            {
                for (int k = 0; k < atOnce; k++)
                {
                    owners[k] = pool.Rent(length);
                    owners[k].Memory.Span.Clear();
                }

                for (int k = 0; k < atOnce; k++)
                {
                    owners[k].Dispose();
                }
            }
        }
    }

    [Fact]
    public void Rents_of_wide_elements_leave_nothing()
    {
        using var pool = new SlabMemoryPool<Vector512<byte>>();
        Pass();
        Assert.Equal(0, BytesOf(Pass));

        void Pass()
        {
            for (int i = 0; i < 5_000; i++)
            {
                using IMemoryOwner<Vector512<byte>> owner = pool.Rent(3);
            }
        }
    }

    /// <summary>What one thread rents and another disposes comes back to the first.</summary>
    [Fact]
    public void Rents_that_are_disposed_elsewhere_leave_nothing()
    {
        const int Many = 3_000;
        using var pool = new SlabMemoryPool<DayOfWeek>();
        using var worker = new Worker();
        var owners = new SlabMemoryOwner<DayOfWeek>[Many];
        long bytesElsewhere = 0;
        Action disposeAll = () => Array.ForEach(owners, static owner => owner.Dispose());
        Action dispose = () => bytesElsewhere = BytesOf(disposeAll);
        Action rent = () =>
        {
            for (int i = 0; i < Many; i++)
            {
                owners[i] = pool.RentOwner(640);
            }
        };

        // Owners come back in batches, so that it takes some passes until there are enough for each remainder.
        for (int pass = 0; pass < 100; pass++)
        {
            rent();
            worker.Run(dispose);
        }

        for (int pass = 0; pass < 100; pass++)
        {
            Assert.Equal(0, BytesOf(rent));
            worker.Run(dispose);
            Assert.Equal(0, bytesElsewhere);
        }

        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);
    }

    private static long BytesOf(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
