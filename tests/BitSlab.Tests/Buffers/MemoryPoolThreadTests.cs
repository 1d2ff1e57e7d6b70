using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>
/// What a thread keeps for its next rents: resting owners of the element type, and the heap of the pool that it rented from last.
/// </summary>
public sealed class MemoryPoolThreadTests
{
    // Enough for rents to find owners that have rested.
    private const int Warm = 3_000;

    [Fact]
    public void What_rests_with_a_thread_goes_with_it()
    {
        using var pool = new SlabMemoryPool<UriKind>();
        WeakReference[] owners = [.. Enumerable.Range(0, 50).Select(_ => OwnerOfEndedThread(pool))];

        // The last thread's statics may be found on a stack still.
        for (int i = 0; i < 50 && owners.Count(owner => owner.IsAlive) > 1; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.InRange(owners.Count(owner => owner.IsAlive), 0, 1);
        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Resting_owners_survive_collections()
    {
        using var pool = new SlabMemoryPool<StringComparison>();
        for (int i = 0; i < 20; i++)
        {
            RentInTurn(pool, Warm + i);
            GC.Collect(i % 3, GCCollectionMode.Forced, blocking: true, compacting: true);
            using SlabMemoryOwner<StringComparison> owner = pool.RentOwner(100);
            Assert.Equal(100, owner.GetSpan().Length);
        }

        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);
    }

    /// <summary>However many come from other threads meanwhile: those have had their rest.</summary>
    [Fact]
    public void An_owner_rests_for_1024_others_that_come_from_other_threads()
    {
        using var pool = new SlabMemoryPool<DateTimeKind>();
        using var here = new Worker();
        using var there = new Worker();
        SlabMemoryOwner<DateTimeKind> owner = null!;
        here.Run(() => (owner = pool.RentOwner(10)).Dispose());
        HashSet<object> elsewhere = null!;
        there.Run(() => elsewhere = [.. RentAtOnce(pool, 2 * Warm)]);
        var seen = new List<object>();
        here.Run(() =>
        {
            for (int i = 0; i < 1_024; i++)
            {
                seen.AddRange(RentAtOnce(pool, 1));
            }
        });

        // All were the other thread's.
        Assert.DoesNotContain(owner, seen);
        Assert.Empty(seen.Except(elsewhere));
        Assert.Equal(0, pool.Allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Pools_in_turn_on_a_thread_each_use_their_own_allocator()
    {
        using var one = new SlabMemoryPool<byte>();
        using var other = new SlabMemoryPool<byte>();
        RentInTurn(one, Warm);
        for (int i = 1; i <= 200; i++)
        {
            SlabMemoryOwner<byte> first = one.RentOwner(640);
            SlabMemoryOwner<byte> second = other.RentOwner(640);
            SlabMemoryOwner<byte> third = other.RentOwner(640);
            Assert.Equal((1L, 2L), (one.Allocator.GetStatistics().LiveBlocks, other.Allocator.GetStatistics().LiveBlocks));
            first.Dispose();
            Assert.Equal((0L, 2L), (one.Allocator.GetStatistics().LiveBlocks, other.Allocator.GetStatistics().LiveBlocks));
            third.Dispose();
            second.Dispose();
            Assert.Equal((0L, 0L), (one.Allocator.GetStatistics().LiveBlocks, other.Allocator.GetStatistics().LiveBlocks));
        }
    }

    /// <summary>The heap that the thread remembers serves the next allocator, and that the same addresses.</summary>
    [Fact]
    public void An_owner_of_a_disposed_allocator_frees_nothing_of_the_next() => Worker.RunOnce(() =>
    {
        for (int i = 0; i < 20; i++)
        {
            var gone = new SlabAllocator();
            using var poolOfGone = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Allocator = gone });
            RentInTurn(poolOfGone, Warm);
            SlabMemoryOwner<byte> stale = poolOfGone.RentOwner(640);
            gone.Dispose();

            using var next = new SlabMemoryPool<byte>();
            List<SlabMemoryOwner<byte>> live = [.. Enumerable.Range(0, 200).Select(_ => next.RentOwner(640))];
            Assert.Throws<ObjectDisposedException>(stale.Dispose);
            Assert.Throws<ObjectDisposedException>(() => poolOfGone.Rent(640));
            Assert.Equal(200, next.Allocator.GetStatistics().LiveBlocks);
            live.ForEach(owner => owner.Dispose());
        }
    });

    [Fact]
    public void Sizes_at_the_edges_are_the_same_once_the_thread_is_warm()
    {
        using var pool = new SlabMemoryPool<byte>();
        using var cold = new SlabMemoryPool<byte>();
        RentInTurn(pool, Warm);
        foreach (int length in (int[])[0, 1, 15, 16, 17, 1_023, 1_024, 1_025, 1_100, 32_767, 32_768, 32_769, 5_000_000])
        {
            // A rent of another pool, and the next of this one is slow.
            RentInTurn(pool, 1);
            using SlabMemoryOwner<byte> owner = pool.RentOwner(length);
            using SlabMemoryOwner<byte> expected = cold.RentOwner(length);
            Assert.Equal((length, expected.Capacity), (owner.Length, owner.Capacity));
            owner.GetSpan().Fill(1);
        }

        RentInTurn(pool, 1);
        using IMemoryOwner<byte> ofDefault = pool.Rent();
        Assert.Equal(pool.Options.DefaultBufferSize, ofDefault.Memory.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(-2));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(int.MinValue));
        Assert.Equal(1, pool.Allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Only_a_pool_that_lives_and_reuses_owners_takes_what_rests()
    {
        using var allocator = new SlabAllocator();
        var pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Allocator = allocator });
        using var exact = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Allocator = allocator, ReuseOwners = false });
        RentInTurn(pool, Warm);
        Assert.Equal(2 * Warm, RentInTurn(exact, 2 * Warm).Distinct().Count());
        RentAtOnce(pool, Warm);
        SlabMemoryOwner<byte> outlives = pool.RentOwner(640);
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Rent(640));
        Assert.Equal(640, outlives.GetSpan().Length);
        outlives.Dispose();
        Whole.Empty(allocator);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference OwnerOfEndedThread(SlabMemoryPool<UriKind> pool)
    {
        WeakReference owner = null!;
        Worker.RunOnce(() => owner = new WeakReference(RentInTurn(pool, 500)[0]));
        return owner;
    }

    private static List<object> RentInTurn<T>(SlabMemoryPool<T> pool, int count)
        where T : unmanaged
    {
        var owners = new List<object>(count);
        for (int i = 0; i < count; i++)
        {
            using SlabMemoryOwner<T> owner = pool.RentOwner(100);
            owners.Add(owner);
        }

        return owners;
    }

    private static List<SlabMemoryOwner<T>> RentAtOnce<T>(SlabMemoryPool<T> pool, int count)
        where T : unmanaged
    {
        List<SlabMemoryOwner<T>> owners = [.. Enumerable.Range(0, count).Select(_ => pool.RentOwner(10))];
        owners.ForEach(owner => owner.Dispose());
        return owners;
    }
}
