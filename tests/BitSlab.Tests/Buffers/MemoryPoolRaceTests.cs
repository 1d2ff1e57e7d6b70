using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Owners that several threads dispose at once: step by step, so that the threads meet in each of many.</summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryPoolRaceTests
{
    /// <summary>Exactly one frees: a second free would be refused, or told by the allocator.</summary>
    [Theory]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Of_threads_that_dispose_at_once_one_frees(int threads, bool reuses)
    {
        using var allocator = new SlabAllocator();
        using var pool = new SlabMemoryPool<UInt128>(new SlabMemoryPoolOptions { Allocator = allocator, ReuseOwners = reuses });
        Race(pool, threads, rounds: 20_000);
        AssertFreedOnce(pool);

        // Nor does an owner rest twice.
        List<SlabMemoryOwner<UInt128>> owners = [.. Enumerable.Range(0, 40_000).Select(_ => pool.RentOwner(5))];
        Assert.Equal(owners.Count, owners.Distinct().Count());
        owners.ForEach(owner => owner.Dispose());
        pool.Dispose();
        Whole.Empty(allocator);
    }

    /// <summary>The first rents and disposals of threads, on a pool of which they have nothing yet.</summary>
    [Fact]
    public void New_threads_may_meet_in_their_first_disposals()
    {
        for (int i = 0; i < 300; i++)
        {
            using var pool = new SlabMemoryPool<Int128>();
            Race(pool, threads: 2, rounds: 4);
            AssertFreedOnce(pool);
        }
    }

    /// <summary>What the threads rented outlives them, and is disposed by two others at once.</summary>
    [Fact]
    public void Owners_of_ended_threads_are_freed_once()
    {
        const int Each = 2_000;
        using var pool = new SlabMemoryPool<DateTimeOffset>();
        var owners = new SlabMemoryOwner<DateTimeOffset>[4 * Each];
        for (int i = 0; i < 4; i++)
        {
            int from = i * Each;
            Worker.RunOnce(() => Array.ForEach([.. Enumerable.Range(from, Each)], place => owners[place] = pool.RentOwner(3)));
        }

        var pace = new Pace(2);
        Crowd.Run(2, _ =>
        {
            try
            {
                for (int i = 0; i < owners.Length; i++)
                {
                    pace.Next(i);
                    owners[i].Dispose();
                }
            }
            finally
            {
                pace.End();
            }
        });
        AssertFreedOnce(pool);
    }

    // In each round the first thread rents, and all dispose.
    private static void Race<T>(SlabMemoryPool<T> pool, int threads, int rounds)
        where T : unmanaged
    {
        var pace = new Pace(threads);
        SlabMemoryOwner<T> owner = null!;
        Crowd.Run(threads, thread =>
        {
            try
            {
                for (int i = 0; i < rounds && !pace.Ended; i++)
                {
                    if (thread == 0)
                    {
                        Volatile.Write(ref owner, pool.RentOwner(5));
                    }

                    // Looked at by all before they meet, so that none has to wait for the other's line.
                    pace.Next(4 * i);
                    SlabMemoryOwner<T> met = Volatile.Read(ref owner);
                    Assert.Equal(5, met.Length);
                    pace.Next((4 * i) + 1);
                    met.Dispose();
                    pace.Next((4 * i) + 2);
                    if (i % 100 == 0)
                    {
                        Assert.Throws<ObjectDisposedException>(() => met.Length);
                    }

                    pace.Next((4 * i) + 3);
                }
            }
            finally
            {
                pace.End();
            }
        });
    }

    private static void AssertFreedOnce<T>(SlabMemoryPool<T> pool)
        where T : unmanaged
    {
        SlabStatistics statistics = pool.Allocator.GetStatistics();
        Assert.Equal((0L, 0L), (statistics.LiveBlocks, statistics.InvalidFrees));
    }
}
