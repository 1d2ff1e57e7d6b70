namespace BitSlab.Events;

/// <summary>An event's place in the queue.</summary>
internal unsafe struct EventSlot
{
    // Null until the event is there; stored last, so that who sees it sees the length and the bytes. Then it stays until the segment goes.
    public void* Block;

    public long Length;
}

/// <summary>A run of slots, in a block of the queue's allocator; the slots stand behind this head. All zero at first.</summary>
internal unsafe struct EventSegment
{
    // Null on the last. Stored once it is the tail's no more: who sees it may free this segment when its slots are used up.
    public EventSegment* Next;

    // Read under both locks only, and only while the segment before has an event. Later it links segments that are to be freed.
    public EventSegment* Previous;

    public static EventSlot* Slots(EventSegment* segment) => (EventSlot*)(segment + 1);

    public static nuint Bytes(int slots) => (nuint)sizeof(EventSegment) + ((nuint)slots * (nuint)sizeof(EventSlot));
}
