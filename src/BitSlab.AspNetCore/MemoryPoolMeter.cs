using System.Collections.Generic;
using System.Diagnostics.Metrics;

namespace BitSlab.AspNetCore;

/// <summary>
/// What the framework's own pool tells, under the same names: the meter Microsoft.AspNetCore.MemoryPool. Kestrel makes these instruments in any
/// case, and a meter hands out one object for what is the same in kind, name, unit and description; so these are the framework's to the letter,
/// and each is there once.
/// </summary>
internal sealed class MemoryPoolMeter
{
    public const string MeterName = "Microsoft.AspNetCore.MemoryPool";
    public const string OwnerTag = "aspnetcore.memory_pool.owner";

    private readonly UpDownCounter<long> _pooled;
    private readonly Counter<long> _allocated;
    private readonly Counter<long> _evicted;
    private readonly Counter<long> _rented;

    /// <param name="meters">Makes the meter, and disposes it.</param>
    public MemoryPoolMeter(IMeterFactory meters)
    {
#pragma warning disable CA2000 // the meter is its factory's
        Meter meter = meters.Create(MeterName);
#pragma warning restore CA2000
        _pooled = meter.CreateUpDownCounter<long>(
            "aspnetcore.memory_pool.pooled", "By", "Number of bytes currently pooled and available for reuse.");
        _allocated = meter.CreateCounter<long>(
            "aspnetcore.memory_pool.allocated", "By",
            "Total number of bytes allocated by the memory pool. Allocation occurs when a memory rental request exceeds the available pooled " +
            "memory.");
        _evicted = meter.CreateCounter<long>(
            "aspnetcore.memory_pool.evicted", "By",
            "Total number of bytes evicted from the memory pool. Eviction occurs when idle pooled memory is reclaimed. Evicted memory is available " +
            "for garbage collection.");
        _rented = meter.CreateCounter<long>("aspnetcore.memory_pool.rented", "By", "Total number of bytes rented from the memory pool.");
    }

    /// <summary>Whether somebody listens to what is rented.</summary>
    public bool CountsRented => _rented.Enabled;

    /// <summary>Whether somebody listens to what is read off the allocators.</summary>
    public bool WantsFigures => _pooled.Enabled || _allocated.Enabled || _evicted.Enabled;

    /// <summary>The tags of an owner's measurements; none where it has no name, as in the framework.</summary>
    public static KeyValuePair<string, object?>[] TagsOf(string owner) =>
        owner.Length == 0 ? [] : [new KeyValuePair<string, object?>(OwnerTag, owner)];

    public void AddRented(int bytes, KeyValuePair<string, object?>[] tags) => _rented.Add(bytes, tags);

    /// <summary>Tells how far the figures have gone.</summary>
    /// <param name="told">What was told before.</param>
    /// <param name="now">What they are.</param>
    /// <param name="tags">The owner's tags.</param>
    /// <returns>What is told now: where nobody listens, what it was, so that a listener that comes later misses nothing.</returns>
    public PoolFigures Tell(PoolFigures told, PoolFigures now, KeyValuePair<string, object?>[] tags)
    {
        if (_pooled.Enabled && now.Pooled != told.Pooled)
        {
            _pooled.Add(now.Pooled - told.Pooled, tags);
            told = told with { Pooled = now.Pooled };
        }

        return told with
        {
            Allocated = Add(_allocated, told.Allocated, now.Allocated, tags),
            Evicted = Add(_evicted, told.Evicted, now.Evicted, tags),
        };
    }

    private static long Add(Counter<long> counter, long told, long now, KeyValuePair<string, object?>[] tags)
    {
        // A total never falls; what is read does where a block of megabytes, which is its own mapping, has come and gone.
        if (!counter.Enabled || now <= told)
        {
            return told;
        }

        counter.Add(now - told, tags);
        return now;
    }
}
