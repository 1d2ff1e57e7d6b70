using System;
using System.Buffers;
using System.Collections.Generic;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>How long a disposed owner rests, what stale memory reaches, and what goes with the pool.</summary>
public sealed class MemoryPoolMisuseTests
{
    private const int Between = 1_024;

    /// <summary>However many are rented before and meanwhile, one at a time or many. On a new thread, for which nothing rests.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 1)]
    [InlineData(1_024, 1)]
    [InlineData(3_000, 1)]
    [InlineData(0, 37)]
    [InlineData(3_000, 37)]
    [InlineData(5_000, 1_000)]
    public void A_disposed_owner_rests_for_1024_others(int before, int atOnce) => Worker.RunOnce(() =>
    {
        using var pool = new SlabMemoryPool<byte>();
        RentAtOnce(pool, before);
        RentAtOnce(pool, before);
        SlabMemoryOwner<byte> owner = pool.RentOwner(100);
        Memory<byte> memory = owner.Memory;
        owner.Dispose();
        for (int others = 0; others < Between; others += atOnce)
        {
            Assert.DoesNotContain(owner, RentAtOnce(pool, Math.Min(atOnce, Between - others)));
            RefusesUse(owner, memory);
            owner.Dispose();
        }

        Assert.Equal((0L, 0L), (pool.Allocator.GetStatistics().LiveBlocks, pool.Allocator.GetStatistics().InvalidFrees));
    });

    [Fact]
    public void Stale_memory_of_an_owner_that_is_in_use_again_stays_inside()
    {
        // The element type is this test's alone: nothing rested before.
        using var pool = new SlabMemoryPool<ConsoleColor>();
        SlabMemoryOwner<ConsoleColor> owner = pool.RentOwner(1_000);
        Memory<ConsoleColor> memory = owner.Memory;
        owner.Dispose();
        RentAtOnce(pool, Between);
        using SlabMemoryOwner<ConsoleColor> again = pool.RentOwner(10);
        Assert.Same(owner, again);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Span.Length);
        Assert.Equal(10, memory[..10].Span.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_its_own_allocator_the_rented_memory_goes_with_the_pool_whoever_disposes(bool reuses)
    {
        var pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { ReuseOwners = reuses });
        RentAtOnce(pool, 2_000);
        SlabMemoryOwner<byte> owner = pool.RentOwner(100);
        SlabMemoryOwner<byte> large = pool.RentOwner(100_000);
        SlabMemoryOwner<byte> elsewhere = null!;
        Worker.RunOnce(() => elsewhere = pool.RentOwner(100));
        Memory<byte> memory = owner.Memory;
        pool.Dispose();

        // Whatever stands in the memory's and the heap's place by now.
        using var next = new SlabMemoryPool<byte>();
        using SlabMemoryOwner<byte> other = next.RentOwner(100);
        foreach (SlabMemoryOwner<byte> gone in (SlabMemoryOwner<byte>[])[owner, large, elsewhere])
        {
            RefusesUse(gone, memory);
            gone.Dispose();
            Worker.RunOnce(gone.Dispose);
            gone.Dispose();
            RefusesUse(gone, memory);
        }

        Assert.Equal((1L, 0L), (next.Allocator.GetStatistics().LiveBlocks, next.Allocator.GetStatistics().InvalidFrees));
    }

    [Fact]
    public void With_a_given_allocator_any_thread_frees_what_outlives_the_pool()
    {
        using var allocator = new SlabAllocator();
        var pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Allocator = allocator });
        SlabMemoryOwner<byte> here = pool.RentOwner(100);
        SlabMemoryOwner<byte> there = pool.RentOwner(200);
        pool.Dispose();
        here.Memory.Span.Fill(7);
        Assert.Equal(7, here.Memory.Span[^1]);
        Assert.Equal(2, allocator.GetStatistics().LiveBlocks);
        here.Dispose();
        Worker.RunOnce(there.Dispose);
        RefusesUse(here, default);
        RefusesUse(there, default);
        Whole.Empty(allocator);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(100_000)]
    public void A_disposed_pool_rents_nothing(int length)
    {
        var pool = new SlabMemoryPool<byte>();
        RentAtOnce(pool, 3_000);
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Rent(length));
    }

    [Fact]
    public void Rents_up_to_the_allocators_limit_lose_nothing()
    {
        using var pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { AllocatorOptions = new() { MemoryLimit = 8 << 20 } });
        RentAtOnce(pool, 2_000);
        var rented = new List<IMemoryOwner<byte>>();
        Assert.Throws<SlabMemoryLimitException>(RentForEver);
        Assert.Equal(rented.Count, pool.Allocator.GetStatistics().LiveBlocks);
        rented.ForEach(owner => owner.Dispose());
        pool.Rent(640).Dispose();
        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);

        void RentForEver()
        {
            while (true)
            {
                rented.Add(pool.Rent(640));
            }
        }
    }

    private static List<SlabMemoryOwner<T>> RentAtOnce<T>(SlabMemoryPool<T> pool, int count)
        where T : unmanaged
    {
        var owners = new List<SlabMemoryOwner<T>>(count);
        for (int i = 0; i < count; i++)
        {
            owners.Add(pool.RentOwner(100));
        }

        owners.ForEach(owner => owner.Dispose());
        return owners;
    }

    private static void RefusesUse(SlabMemoryOwner<byte> owner, Memory<byte> memory)
    {
        Assert.Throws<ObjectDisposedException>(() => ((IMemoryOwner<byte>)owner).Memory);
        Assert.Throws<ObjectDisposedException>(() => owner.GetSpan().Length);
        Assert.Throws<ObjectDisposedException>(() => owner.Pin());
        Assert.Throws<ObjectDisposedException>(() => owner.Length);
        Assert.Throws<ObjectDisposedException>(() => owner.Capacity);
        if (!memory.IsEmpty)
        {
            Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
            Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        }
    }

    [Fact]
    public void A_pool_whose_allocator_has_children_is_not_disposed_before_them()
    {
        var pool = new SlabMemoryPool<byte>();
        SlabMemoryOwner<byte> owner = pool.RentOwner(100);
        using (SlabAllocator child = pool.Allocator.CreateChild())
        {
            Assert.Throws<InvalidOperationException>(pool.Dispose);
            Assert.Equal(100, owner.Memory.Length);
            pool.Rent(100).Dispose();
        }

        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => owner.Memory);
        Assert.Throws<ObjectDisposedException>(() => pool.Rent(100));
    }
}
