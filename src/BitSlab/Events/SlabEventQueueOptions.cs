using System;
using System.Globalization;

namespace BitSlab;

/// <summary>
/// The parameters of a <see cref="SlabEventQueue"/>. Its constructor checks them, and names the property that is out of range.
/// </summary>
public sealed record SlabEventQueueOptions
{
    /// <summary>The default options: unbounded, many producers, many consumers, an allocator of its own.</summary>
    public static SlabEventQueueOptions Default { get; } = new();

    /// <summary>The most events in the queue, at least 1. Default <see cref="long.MaxValue"/>, no bound.</summary>
    public long Capacity { get; init; } = long.MaxValue;

    /// <summary>
    /// The most bytes in the queue, summed over the events' lengths, at least 1; empty events are bounded by <see cref="Capacity"/> only.
    /// Default <see cref="long.MaxValue"/>, no bound.
    /// </summary>
    public long ByteCapacity { get; init; } = long.MaxValue;

    /// <summary>What happens when the queue is full. Default <see cref="EventQueueFullMode.Wait"/>.</summary>
    public EventQueueFullMode FullMode { get; init; }

    /// <summary>
    /// True when there is never more than one call that enqueues at a time, a waiting <c>EnqueueAsync</c> included: then enqueueing needs
    /// no atomic operation. Not checked; two at once break the queue. Default false.
    /// </summary>
    public bool SingleWriter { get; init; }

    /// <summary>The same for calls that dequeue; events may still be disposed on any thread. Default false.</summary>
    public bool SingleReader { get; init; }

    /// <summary>
    /// The allocator that the events' memory comes from, which the queue does not dispose, and which is not to be reset or disposed before
    /// the queue. Default null: the queue has one of its own, so that its disposal gives everything back at once.
    /// </summary>
    public SlabAllocator? Allocator { get; init; }

    /// <summary>
    /// What the queue's own allocator is made with; null for <see cref="SlabAllocatorOptions.Default"/>. Not together with
    /// <see cref="Allocator"/>.
    /// </summary>
    public SlabAllocatorOptions? AllocatorOptions { get; init; }

    /// <summary>A name for messages and metrics, also of its own allocator where that has none. Default none.</summary>
    public string? Name { get; init; }

    internal void Validate()
    {
        RequireRange(Capacity, 1, long.MaxValue, nameof(Capacity));
        RequireRange(ByteCapacity, 1, long.MaxValue, nameof(ByteCapacity));
        RequireRange((long)FullMode, (long)EventQueueFullMode.Wait, (long)EventQueueFullMode.Refuse, nameof(FullMode));
        if (Allocator != null && AllocatorOptions != null)
        {
            throw new ArgumentException(
                $"{nameof(AllocatorOptions)} are for an allocator of the queue's own, but {nameof(Allocator)} is given.", nameof(AllocatorOptions));
        }
    }

    private static void RequireRange(long value, long minimum, long maximum, string property)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(property, value, string.Create(CultureInfo.InvariantCulture,
                $"{property} must be {minimum} to {maximum}."));
        }
    }
}
