using System;
using System.Buffers;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.AspNetCore;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>The factory by itself: an allocator for each owner, pools on it, and an end that takes nothing from those who still rent.</summary>
public sealed class PoolFactoryTests
{
    [Fact]
    public void Each_owner_has_an_allocator_and_shares_it_among_its_pools()
    {
        using BitSlabMemoryPoolFactory pools = new();
        Assert.Empty(pools.GetStatistics());
        Assert.Equal(0, pools.Trim());
        using MemoryPool<byte> one = pools.Create(new MemoryPoolOptions { Owner = "kestrel" });
        using MemoryPool<byte> two = pools.Create(new MemoryPoolOptions { Owner = "kestrel" });
        using MemoryPool<byte> other = pools.Create(new MemoryPoolOptions { Owner = "iis" });
        using MemoryPool<byte> nobody = pools.Create(new MemoryPoolOptions());
        using MemoryPool<byte> nobodyEither = pools.Create();
        using (one.Rent())
        using (two.Rent(5_000))
        using (nobodyEither.Rent(0))
        {
            Assert.Equal(
                [("", 1L), ("iis", 0L), ("kestrel", 2L)],
                pools.GetStatistics().Select(entry => (entry.Key, entry.Value.LiveBlocks)).Order());
        }

        Assert.All(pools.GetStatistics().Values, statistics => Assert.Equal(0, statistics.LiveBlocks));
    }

    [Theory]
    [InlineData(-1, 4_096)]
    [InlineData(1, 1)]
    [InlineData(4_096, 4_096)]
    [InlineData(4_097, 4_097)]
    [InlineData(300_000, 300_000)]
    public void A_block_holds_what_was_asked_for(int size, int least)
    {
        using BitSlabMemoryPoolFactory pools = new();
        using MemoryPool<byte> pool = pools.Create();
        using IMemoryOwner<byte> owner = pool.Rent(size);
        Assert.InRange(owner.Memory.Length, least, (least * 5 / 4) + 64);
        owner.Memory.Span.Fill(7);
    }

    [Fact]
    public void A_request_beyond_the_range_is_refused()
    {
        using BitSlabMemoryPoolFactory pools = new();
        using MemoryPool<byte> pool = pools.Create();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(-2));
        if (pool.MaxBufferSize < int.MaxValue)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(int.MaxValue));
        }
    }

    [Fact]
    public void Options_are_checked_when_it_is_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>("MemoryLimit", () => new BitSlabMemoryPoolFactory(new BitSlabOptions { MemoryLimit = 0 }));
    }

    [Fact]
    public void Blocks_outlive_the_pool_and_the_factory()
    {
        BitSlabMemoryPoolFactory pools = new();
        MemoryPool<byte> pool = pools.Create();
        IMemoryOwner<byte> owner = pool.Rent();
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
        pools.Dispose();
        pools.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pools.Create());
        Assert.Equal(0, pools.Trim());
        owner.Memory.Span.Fill(7);
        Assert.False(owner.Memory.Span.ContainsAnyExcept((byte)7));
        owner.Dispose();
    }

    [Fact]
    public void Threads_may_rent_and_return_at_once()
    {
        using BitSlabMemoryPoolFactory pools = new();
        using MemoryPool<byte> pool = pools.Create();
        Parallel.For(0, 64, _ =>
        {
            for (int i = 0; i < 500; i++)
            {
                using IMemoryOwner<byte> owner = pool.Rent((i * 37) % 9_000);
                byte filling = unchecked((byte)i);
                owner.Memory.Span.Fill(filling);
                Assert.False(owner.Memory.Span.ContainsAnyExcept(filling));
            }
        });
        Assert.Equal(0, pools.GetStatistics()[""].LiveBlocks);
    }

    [Fact]
    public void Renting_leaves_nothing_on_the_garbage_collected_heap()
    {
        using BitSlabMemoryPoolFactory pools = new();
        using MemoryPool<byte> pool = pools.Create();
        RentAndReturn();
        long before = GC.GetAllocatedBytesForCurrentThread();
        RentAndReturn();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void RentAndReturn()
        {
            for (int i = 0; i < 10_000; i++)
            {
                pool.Rent().Dispose();
            }
        }
    }
}
