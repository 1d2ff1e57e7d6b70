using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>What a memory pool gives, and what it refuses.</summary>
public sealed class MemoryPoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(640)]
    [InlineData(1_100)]
    [InlineData(4_096)]
    [InlineData(300_000)]
    [InlineData(5_000_000)]
    public void Memory_has_the_length_that_was_asked_for_in_the_class_that_fits(int length)
    {
        using var pool = new SlabMemoryPool<byte>();
        using SlabMemoryOwner<byte> owner = pool.RentOwner(length);
        Assert.Equal((length, length, length), (owner.Length, owner.Memory.Length, owner.Memory.Span.Length));
        Assert.InRange(owner.Capacity, Math.Max(length, 1), Math.Max(16, length + (length / 7)));
        Assert.Equal(1, pool.Allocator.GetStatistics().LiveBlocks);
        owner.Memory.Span.Fill(7);
        Assert.True(owner.GetSpan().IndexOfAnyExcept((byte)7) < 0);
    }

    [Theory]
    [InlineData(4_096, 4_096, 512)]
    [InlineData(1_000, 1_000, 125)]
    [InlineData(7, 7, 1)]
    public void Minus_one_is_the_default_size(int bytes, int expectedBytes, int expectedLongs)
    {
        var options = new SlabMemoryPoolOptions { DefaultBufferSize = bytes };
        using var pool = new SlabMemoryPool<byte>(options);
        using var longs = new SlabMemoryPool<long>(options);
        using IMemoryOwner<byte> owner = pool.Rent();
        using IMemoryOwner<long> longOwner = longs.Rent(-1);
        Assert.Equal((expectedBytes, expectedLongs), (owner.Memory.Length, longOwner.Memory.Length));
    }

    [Fact]
    public void Sizes_that_cannot_be_are_refused()
    {
        using var pool = new SlabMemoryPool<decimal>();
        Assert.Equal("minBufferSize", Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(-2)).ParamName);
        Assert.Equal(int.MaxValue, pool.MaxBufferSize);
        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Options_that_cannot_be_are_refused()
    {
        Assert.Equal("DefaultBufferSize", Assert.Throws<ArgumentOutOfRangeException>(() => new SlabMemoryPool<int>(new() { DefaultBufferSize = 0 })).ParamName);
        using var allocator = new SlabAllocator();
        Assert.Equal("AllocatorOptions", Assert.Throws<ArgumentException>(
            () => new SlabMemoryPool<int>(new() { Allocator = allocator, AllocatorOptions = new() })).ParamName);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Use_after_disposal_throws_and_a_second_disposal_does_nothing(bool reuses)
    {
        using var pool = new SlabMemoryPool<int>(new SlabMemoryPoolOptions { ReuseOwners = reuses });
        var owner = (SlabMemoryOwner<int>)pool.Rent(10);
        Memory<int> memory = owner.Memory;
        MemoryHandle pin = memory.Pin();
        owner.Dispose();
        owner.Dispose();
        ((IDisposable)owner).Dispose();
        pin.Dispose();
        Assert.Equal((0L, 0L), (pool.Allocator.GetStatistics().LiveBlocks, pool.Allocator.GetStatistics().InvalidFrees));

        // Others are rented in between, but not so many that the owner is used again.
        for (int i = 0; i < 1_024; i++)
        {
            Assert.NotSame(owner, Rented(pool, 10));
        }

        Assert.Throws<ObjectDisposedException>(() => owner.Memory);
        Assert.Throws<ObjectDisposedException>(() => owner.Length);
        Assert.Throws<ObjectDisposedException>(() => owner.Capacity);
        Assert.Throws<ObjectDisposedException>(() => owner.GetSpan().Length);
        Assert.Throws<ObjectDisposedException>(() => owner.Pin());
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
    }

    [Fact]
    public void Owners_are_used_again_first_come_first_but_for_those_that_rest()
    {
        using var pool = new SlabMemoryPool<Guid>();
        List<object> first = [.. Enumerable.Range(0, 3_000).Select(_ => Rented(pool, 1))];

        // The element type is this test's alone: nothing rested before.
        Assert.Equal(1_025, first.Distinct().Count());
        for (int i = 0; i + 1_025 < first.Count; i++)
        {
            Assert.Same(first[i], first[i + 1_025]);
        }
    }

    [Fact]
    public void Each_rent_has_an_owner_of_its_own_where_none_is_used_again()
    {
        using var pool = new SlabMemoryPool<TimeSpan>(new SlabMemoryPoolOptions { ReuseOwners = false });
        Assert.Equal(5_000, Enumerable.Range(0, 5_000).Select(_ => Rented(pool, 1)).Distinct().Count());
    }

    [Fact]
    public void With_its_own_allocator_a_pool_takes_all_memory_along()
    {
        var pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Name = "own" });
        IMemoryOwner<byte> owner = pool.Rent(100);
        Memory<byte> memory = owner.Memory;
        Assert.Equal("own", pool.Allocator.Options.Name);
        pool.Dispose();
        pool.Dispose();
        Assert.True(pool.Allocator.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => owner.Memory);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
        Assert.Throws<ObjectDisposedException>(() => pool.Rent(0));
        owner.Dispose();
    }

    [Fact]
    public void With_a_given_allocator_rented_memory_outlives_the_pool()
    {
        using var allocator = new SlabAllocator();
        var pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Allocator = allocator });
        IMemoryOwner<byte> owner = pool.Rent(100);
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Rent(100));
        owner.Memory.Span.Fill(1);
        owner.Dispose();
        Whole.Empty(allocator);
    }

    [Fact]
    public void The_shared_pool_is_on_the_shared_allocator_and_cannot_be_disposed()
    {
        SlabMemoryPool<short> shared = SlabMemoryPool<short>.Shared;
        Assert.Same(shared, SlabMemoryPool<short>.Shared);
        Assert.Same(SlabAllocator.Shared, shared.Allocator);
        shared.Dispose();
        using IMemoryOwner<short> owner = shared.Rent(10);
        Assert.Equal(10, owner.Memory.Length);
    }

    [Fact]
    public void At_the_allocators_limit_nothing_is_lost()
    {
        using var pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { AllocatorOptions = new() { MemoryLimit = 8 << 20 } });
        Assert.Throws<SlabMemoryLimitException>(() => pool.Rent(9 << 20));
        using (pool.Rent(4 << 20))
        {
            Assert.Throws<SlabMemoryLimitException>(() => pool.Rent(4 << 20));
        }

        using IMemoryOwner<byte> again = pool.Rent(4 << 20);
        Assert.Equal(1, pool.Allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Pinned_memory_is_where_it_was()
    {
        using var pool = new SlabMemoryPool<int>();
        using SlabMemoryOwner<int> owner = pool.RentOwner(10);
        owner.GetSpan()[3] = 42;
        using MemoryHandle pin = owner.Memory[3..].Pin();
        unsafe
        {
            Assert.Equal(42, *(int*)pin.Pointer);
        }

        using MemoryHandle end = owner.Pin(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => owner.Pin(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => owner.Pin(-1));
        owner.Unpin();
    }

    [Fact]
    public async Task Memory_stays_valid_across_await_and_threads()
    {
        using var pool = new SlabMemoryPool<byte>();
        using IMemoryOwner<byte> owner = pool.Rent(1_000);
        owner.Memory.Span.Fill(9);
        await Task.Yield();
        await Task.Run(() => owner.Memory.Span[500] = 10);
        Assert.Equal(10, owner.Memory.Span[500]);
        await Task.Run(owner.Dispose);
        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Rented_by_one_thread_and_disposed_by_another_owners_come_back()
    {
        const int Rounds = 400;
        const int Each = 100;
        using var pool = new SlabMemoryPool<Half>();
        var rented = new IMemoryOwner<Half>[Rounds][];
        var seen = new HashSet<object>();
        var pace = new Pace(2);
        Crowd.Run(2, thread =>
        {
            for (int round = 0; round <= Rounds; round++)
            {
                pace.Next(round);
                if (thread == 0 && round < Rounds)
                {
                    rented[round] = [.. Enumerable.Range(0, Each).Select(_ => pool.Rent(5))];
                    seen.UnionWith(rented[round]);
                    Assert.Equal(Each, rented[round].Distinct().Count());
                }
                else if (thread == 1 && round > 0)
                {
                    Array.ForEach(rented[round - 1], owner => owner.Dispose());
                }
            }
        });
        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);

        // Without what comes from the other thread there would be 40,000.
        Assert.InRange(seen.Count, 1_025, 6_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Renting_leaves_nothing_on_the_heap_of_the_collector(bool many)
    {
        using var pool = new SlabMemoryPool<byte>();
        var owners = new IMemoryOwner<byte>[32];
        Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass()
        {
            for (int i = 0; i < 3_000; i++)
            {
                for (int k = 0; k < (many ? owners.Length : 1); k++)
                {
                    owners[k] = pool.Rent(100 + i);
                }

                for (int k = 0; k < (many ? owners.Length : 1); k++)
                {
                    owners[k].Memory.Span[0] = 1;
                    owners[k].Dispose();
                }
            }
        }
    }

    private static object Rented<T>(SlabMemoryPool<T> pool, int length)
        where T : unmanaged
    {
        using IMemoryOwner<T> owner = pool.Rent(length);
        return owner;
    }
}
