using System.Collections.Generic;
using System.Threading;

namespace BitSlab.AspNetCore;

/// <summary>The memory of all pools of one owner, and what the meter was told of it.</summary>
internal sealed class OwnerMemory(string owner, SlabAllocator allocator)
{
    private readonly Lock _lock = new();
    private readonly KeyValuePair<string, object?>[] _tags = MemoryPoolMeter.TagsOf(owner);
    private PoolFigures _told;

    public SlabAllocator Allocator => allocator;

    /// <summary>The tags of the owner's measurements.</summary>
    public KeyValuePair<string, object?>[] Tags => _tags;

    /// <summary>Tells the meter how far the figures have gone.</summary>
    public void Tell(MemoryPoolMeter meter)
    {
        lock (_lock)
        {
            SlabStatistics statistics = allocator.GetStatistics();
            long committed = statistics.CommittedBytes - statistics.MetadataBytes;
            // The figures come one after the other: blocks may be handed out in between.
            long pooled = long.Max(committed - statistics.LiveBytes, 0);
            _told = meter.Tell(_told, new PoolFigures(pooled, committed + statistics.ReturnedBytes, statistics.ReturnedBytes), _tags);
        }
    }

    /// <summary>Tells the meter that nothing is pooled any longer.</summary>
    public void TellEnd(MemoryPoolMeter meter)
    {
        lock (_lock)
        {
            _told = meter.Tell(_told, _told with { Pooled = 0 }, _tags);
        }
    }
}
