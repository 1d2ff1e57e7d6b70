namespace BitSlab;

/// <summary>
/// What happens to an event for which a <see cref="SlabEventQueue"/> has no room: neither by count and bytes, nor in its allocator.
/// </summary>
public enum EventQueueFullMode
{
    /// <summary><c>TryEnqueue</c> returns false, <c>EnqueueAsync</c> waits for room.</summary>
    Wait,

    /// <summary>The newest events of the queue are dropped until there is room.</summary>
    DropNewest,

    /// <summary>The oldest events of the queue are dropped until there is room.</summary>
    DropOldest,

    /// <summary><c>TryEnqueue</c> returns false, <c>EnqueueAsync</c> throws; the event counts as dropped.</summary>
    Refuse,
}
