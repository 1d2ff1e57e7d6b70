using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;

namespace BitSlab.AspNetCore;

/// <summary>
/// What the framework's own pool tells, under the same names: the meter Microsoft.AspNetCore.MemoryPool. Only what was rented is counted
/// call by call, and that only while somebody listens; the rest is read off the allocators when somebody asks.
/// </summary>
internal sealed class MemoryPoolMeter
{
    public const string MeterName = "Microsoft.AspNetCore.MemoryPool";
    public const string OwnerTag = "aspnetcore.memory_pool.owner";

    private readonly Counter<long> _rented;

    /// <param name="meters">Makes the meter, and disposes it.</param>
    /// <param name="figures">What each owner's allocator holds when asked.</param>
    public MemoryPoolMeter(IMeterFactory meters, Func<IEnumerable<(string Owner, PoolFigures Figures)>> figures)
    {
#pragma warning disable CA2000 // the meter is its factory's
        Meter meter = meters.Create(MeterName);
#pragma warning restore CA2000
        _rented = meter.CreateCounter<long>("aspnetcore.memory_pool.rented", "By", "Total number of bytes rented from the memory pool.");
        meter.CreateObservableUpDownCounter(
            "aspnetcore.memory_pool.pooled", () => Measure(pool => pool.Pooled), "By",
            "Number of bytes currently pooled and available for reuse.");
        meter.CreateObservableCounter(
            "aspnetcore.memory_pool.allocated", () => Measure(pool => pool.Allocated), "By",
            "Total number of bytes allocated by the memory pool. Allocation occurs when a memory rental request exceeds the available pooled " +
            "memory.");
        meter.CreateObservableCounter(
            "aspnetcore.memory_pool.evicted", () => Measure(pool => pool.Evicted), "By",
            "Total number of bytes evicted from the memory pool. Eviction occurs when idle pooled memory is given back to the operating system.");

        IEnumerable<Measurement<long>> Measure(Func<PoolFigures, long> figure)
        {
            foreach ((string owner, PoolFigures pool) in figures())
            {
                yield return new Measurement<long>(figure(pool), TagsOf(owner));
            }
        }
    }

    /// <summary>The tags of an owner's measurements; none where it has no name, as in the framework.</summary>
    public static KeyValuePair<string, object?>[] TagsOf(string owner) =>
        owner.Length == 0 ? [] : [new KeyValuePair<string, object?>(OwnerTag, owner)];

    public void AddRented(int bytes, KeyValuePair<string, object?>[] tags)
    {
        if (_rented.Enabled)
        {
            _rented.Add(bytes, tags);
        }
    }
}
