using System;
using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BitSlab.Extensions.Tests.DependencyInjection;

/// <summary>Pools as services: on the container's allocator, and gone before it.</summary>
public sealed class PoolServiceTests
{
    [Fact]
    public void Pools_rent_from_the_allocator_that_is_the_service()
    {
        using ServiceProvider provider = Container.Of(services => services.AddBitSlab());
        SlabAllocator allocator = provider.GetRequiredService<SlabAllocator>();
        SlabMemoryPool<byte> bytes = provider.GetRequiredService<SlabMemoryPool<byte>>();
        Assert.Same(bytes, provider.GetRequiredService<MemoryPool<byte>>());
        Assert.Same(allocator, bytes.Allocator);
        Assert.Same(allocator, provider.GetRequiredService<SlabMemoryPool<long>>().Allocator);
        Assert.Same(provider.GetRequiredService<SlabMemoryPool<long>>(), provider.GetRequiredService<SlabMemoryPool<long>>());
        using (bytes.Rent(100))
        {
            Assert.Equal(1, allocator.GetStatistics().LiveBlocks);
        }

        Assert.Equal(0, allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void A_key_has_a_pool_on_its_own_allocator()
    {
        using ServiceProvider provider = Container.Of(services => services.AddBitSlab().AddBitSlab("cache"));
        SlabMemoryPool<byte> pool = provider.GetRequiredKeyedService<SlabMemoryPool<byte>>("cache");
        Assert.Same(pool, provider.GetRequiredKeyedService<MemoryPool<byte>>("cache"));
        Assert.Same(provider.GetRequiredKeyedService<SlabAllocator>("cache"), pool.Allocator);
        Assert.NotSame(provider.GetRequiredService<SlabMemoryPool<byte>>(), pool);
    }

    [Fact]
    public void Options_and_pools_that_were_there_stay()
    {
        using SlabAllocator own = new();
        using SlabMemoryPool<byte> pool = new(new SlabMemoryPoolOptions { Allocator = own });
        using ServiceProvider provider = Container.Of(services => services
            .AddSingleton(new SlabMemoryPoolOptions { Allocator = own, DefaultBufferSize = 100 })
            .AddSingleton<MemoryPool<byte>>(pool)
            .AddBitSlab());
        Assert.Same(own, provider.GetRequiredService<SlabMemoryPool<byte>>().Allocator);
        Assert.Same(own, provider.GetRequiredService<SlabMemoryPool<int>>().Allocator);
        Assert.Same(pool, provider.GetRequiredService<MemoryPool<byte>>());
    }

    [Fact]
    public void Pools_go_with_the_container()
    {
        SlabMemoryPool<byte> pool;
        SlabMemoryPool<int> open;
        using (ServiceProvider provider = Container.Of(services => services.AddBitSlab()))
        {
            pool = provider.GetRequiredService<SlabMemoryPool<byte>>();
            open = provider.GetRequiredService<SlabMemoryPool<int>>();
            provider.GetRequiredService<MemoryPool<byte>>().Rent().Dispose();
        }

        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
        Assert.Throws<ObjectDisposedException>(() => open.Rent());
    }
}
