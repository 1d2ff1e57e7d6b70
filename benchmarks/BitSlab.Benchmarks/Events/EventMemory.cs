namespace BitSlab.Benchmarks.Events;

/// <summary>What the contenders on BitSlab have their memory from.</summary>
internal static class EventMemory
{
    /// <summary>For all rounds, as the others have one GC heap for all: no round has to take its memory from the system anew.</summary>
    public static SlabAllocator Allocator { get; } = new(new SlabAllocatorOptions { Name = "events" });
}
