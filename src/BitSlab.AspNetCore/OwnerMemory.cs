using System.Threading;

namespace BitSlab.AspNetCore;

/// <summary>The memory of all pools of one owner.</summary>
internal sealed class OwnerMemory(SlabAllocator allocator)
{
    private readonly Lock _lock = new();
    private long _allocated;

    public SlabAllocator Allocator => allocator;

    /// <summary>Reads the framework's figures off the allocator.</summary>
    public PoolFigures Read()
    {
        lock (_lock)
        {
            SlabStatistics statistics = allocator.GetStatistics();
            long committed = statistics.CommittedBytes - statistics.MetadataBytes;
            // A total never falls; what is read does where a block of megabytes, which is its own mapping, has come and gone.
            _allocated = long.Max(_allocated, committed + statistics.ReturnedBytes);
            // The figures come one after the other: blocks may be handed out in between.
            long pooled = long.Max(committed - statistics.LiveBytes, 0);
            return new PoolFigures(pooled, _allocated, statistics.ReturnedBytes);
        }
    }
}
