using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Platform;

namespace BitSlab.Events;

internal enum AppendStatus
{
    Done,

    /// <summary>No room by count or by bytes.</summary>
    Full,

    /// <summary>No slot is left: give the ring a segment, and come again.</summary>
    NeedsSegment,

    Closed,
}

/// <summary>
/// The queue's slots, in segments: who enqueues fills them at the tail, who dequeues empties them at the head, and neither touches what the
/// other writes, but for the slots, and for a look at the other's count when there seems to be no room. The two sides have a lock each, so
/// that all that stands under a side belongs to who is inside. Without a runtime under it, so that the explorer can run its steps.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
internal unsafe struct EventRing
{
    /// <summary>Somebody waits for an event. Who appends looks for it behind the append.</summary>
    public const int ReadersWait = 1;

    /// <summary>Somebody waits for room. Who takes an event, or frees one, looks for it behind that.</summary>
    public const int WritersWait = 2;

    /// <summary>Nothing is appended any more. Set under the tail's lock.</summary>
    public const int Closed = 4;

    // Neighbouring lines are fetched in pairs: 128 bytes apart.

    // Set once.
    [FieldOffset(0)]
    public OsPrimitives* Os;

    [FieldOffset(8)]
    public long Capacity;

    [FieldOffset(16)]
    public long ByteCapacity;

    [FieldOffset(24)]
    public int SlotsPerSegment;

    // Written rarely: the bits above. Whoever waits sets its bit, has a barrier run on every thread, and then looks at the queue: either it
    // sees what was done, or who did it sees the bit.
    [FieldOffset(64)]
    public int Signals;

    // The first segment of all, by which the head finds in. Stored once, when its slots are zero.
    [FieldOffset(72)]
    public EventSegment* First;

    [FieldOffset(128)]
    public EventTail Tail;

    [FieldOffset(256)]
    public EventHead Head;

    /// <summary>Whether an event of that length finds room. By who is at the tail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasRoom(EventRing* ring, long length) =>
        FitsSeen(ring, length) || LooksAgain(ring, length);

    /// <summary>
    /// Whether there is surely no room now. By anybody: the tail's figures come first, so that the difference is never more than what is in
    /// the queue.
    /// </summary>
    public static bool IsFull(EventRing* ring, long length)
    {
        // Acquire: the tail before the head, so that what has been taken meanwhile makes it look shorter, never fuller.
        long count = Atomic.LoadAcquire(&ring->Tail.Count);
        long bytes = Atomic.LoadAcquire(&ring->Tail.Bytes);
        return count - Atomic.LoadAcquire(&ring->Head.Count) >= ring->Capacity
            || bytes - Atomic.LoadAcquire(&ring->Head.Bytes) > ring->ByteCapacity - length;
    }

    /// <summary>By anybody: false when all was taken that was there at some time during the call.</summary>
    public static bool HasEvents(EventRing* ring)
    {
        long taken = Atomic.LoadAcquire(&ring->Head.Count);
        return Atomic.LoadAcquire(&ring->Tail.Count) != taken;
    }

    /// <summary>Puts an event in. By who is at the tail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AppendStatus Append(EventRing* ring, void* block, long length)
    {
        // Set under the tail's lock: acquire is not needed, a plain look is enough.
        if ((Atomic.Load(&ring->Signals) & Closed) != 0)
        {
            return AppendStatus.Closed;
        }

        if (!HasRoom(ring, length))
        {
            return AppendStatus.Full;
        }

        EventTail* tail = &ring->Tail;
        if (tail->Index == ring->SlotsPerSegment && !TryLinkSpare(ring))
        {
            return AppendStatus.NeedsSegment;
        }

        EventSlot* slot = EventSegment.Slots(tail->Segment) + tail->Index++;
        slot->Length = length;

        // Release: who finds the event finds its length and its bytes.
        Atomic.StoreRelease(&slot->Block, block);

        // Release: who sees the count sees the slot. Bytes first, so that they are never behind the count.
        Atomic.StoreRelease(&tail->Bytes, Atomic.Load(&tail->Bytes) + length);
        Atomic.StoreRelease(&tail->Count, Atomic.Load(&tail->Count) + 1);
        NoteLength(ring);
        return AppendStatus.Done;
    }

    /// <summary>Has the segment be there that an append wanted; false when there is one already. By who is at the tail.</summary>
    public static bool TryGiveSegment(EventRing* ring, EventSegment* segment)
    {
        if (ring->Tail.Spare != null)
        {
            return false;
        }

        ring->Tail.Spare = segment;
        return true;
    }

    /// <summary>The oldest event, which stays. By who is at the head.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="length">The event's length.</param>
    /// <param name="finished">Segments to be freed, linked by <see cref="EventSegment.Previous"/>: what is used up comes to them.</param>
    /// <returns>The event's block; null when there is no event.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Peek(EventRing* ring, out long length, ref EventSegment* finished)
    {
        EventHead* head = &ring->Head;
        length = 0;
        if (head->Index == ring->SlotsPerSegment && !TryGoOn(ring, ref finished))
        {
            return null;
        }

        EventSlot* slot = EventSegment.Slots(head->Segment) + head->Index;

        // Acquire pairs with the append.
        void* block = Atomic.LoadAcquire(&slot->Block);
        length = block == null ? 0 : slot->Length;
        return block;
    }

    /// <summary>Takes the oldest event out, which was peeked at. By who is at the head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Take(EventRing* ring, long length)
    {
        EventHead* head = &ring->Head;
        head->Index++;

        // Release: who finds room by these is behind all that was read of the event's slot.
        Atomic.StoreRelease(&head->Bytes, Atomic.Load(&head->Bytes) + length);
        Atomic.StoreRelease(&head->Count, Atomic.Load(&head->Count) + 1);
    }

    /// <summary>Takes the newest event out; null when there is none. By who is at both sides.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="finished">As for <see cref="Peek"/>.</param>
    public static void* TakeNewest(EventRing* ring, ref EventSegment* finished)
    {
        EventTail* tail = &ring->Tail;
        EventHead* head = &ring->Head;
        if (Atomic.Load(&tail->Count) == Atomic.LoadAcquire(&head->Count))
        {
            return null;
        }

        if (tail->Index == 0)
        {
            // The newest is in the segment before, which the head has not left then. Nobody is in this one.
            EventSegment* empty = tail->Segment;
            tail->Segment = empty->Previous;
            tail->Index = ring->SlotsPerSegment;
            Atomic.StoreRelease((void**)&tail->Segment->Next, null);
            empty->Previous = finished;
            finished = empty;
        }

        EventSlot* slot = EventSegment.Slots(tail->Segment) + --tail->Index;

        // Acquire pairs with the writer's release. Release: the next writer of the slot finds it empty.
        void* block = Atomic.LoadAcquire(&slot->Block);
        Atomic.StoreRelease(&slot->Block, null);

        // Counts as taken: no figure ever goes back. Release as for Take.
        Atomic.StoreRelease(&head->Bytes, Atomic.Load(&head->Bytes) + slot->Length);
        Atomic.StoreRelease(&head->Count, Atomic.Load(&head->Count) + 1);
        return block;
    }

    /// <summary>Leaves the ring empty, whatever becomes of what was in it. By who is at the head of a closed ring.</summary>
    public static void Clear(EventRing* ring)
    {
        ring->First = null;
        ring->Tail.Segment = null;
        ring->Tail.Spare = null;
        ring->Tail.Index = ring->SlotsPerSegment;
        ring->Head.Segment = null;
        ring->Head.Index = ring->SlotsPerSegment;

        // Release, under both locks: figures that others read without one; the count last, as always.
        Atomic.StoreRelease(&ring->Head.Bytes, ring->Tail.Bytes);
        Atomic.StoreRelease(&ring->Head.Count, ring->Tail.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]

    // Plain: the tail's own figures, under its lock.
    private static bool FitsSeen(EventRing* ring, long length) =>
        Atomic.Load(&ring->Tail.Count) - ring->Tail.CountSeen < ring->Capacity
        && Atomic.Load(&ring->Tail.Bytes) - ring->Tail.BytesSeen <= ring->ByteCapacity - length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool LooksAgain(EventRing* ring, long length)
    {
        See(ring);
        return FitsSeen(ring, length);
    }

    // Acquire: what was taken is done with.
    private static void See(EventRing* ring)
    {
        ring->Tail.BytesSeen = Atomic.LoadAcquire(&ring->Head.Bytes);
        ring->Tail.CountSeen = Atomic.LoadAcquire(&ring->Head.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryLinkSpare(EventRing* ring)
    {
        EventTail* tail = &ring->Tail;
        EventSegment* next = tail->Spare;
        if (next == null)
        {
            return false;
        }

        EventSegment* last = tail->Segment;
        next->Previous = last;
        tail->Spare = null;
        tail->Segment = next;
        tail->Index = 0;

        // Release: the segment is zero, or holds what it held when it was linked. From here on the last one may be freed.
        Atomic.StoreRelease((void**)(last == null ? &ring->First : &last->Next), next);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryGoOn(EventRing* ring, ref EventSegment* finished)
    {
        EventHead* head = &ring->Head;
        EventSegment* last = head->Segment;

        // Acquire pairs with the link.
        EventSegment* next = (EventSegment*)Atomic.LoadAcquire((void**)(last == null ? &ring->First : &last->Next));
        if (next == null)
        {
            return false;
        }

        head->Segment = next;
        head->Index = 0;
        if (last != null)
        {
            last->Previous = finished;
            finished = last;
        }

        return true;
    }

    // The head's line is looked at when the length seems to be a new peak, and now and then for the mean.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NoteLength(EventRing* ring)
    {
        EventTail* tail = &ring->Tail;
        long count = Atomic.Load(&tail->Count);

        // Plain: the tail's own figures, under its lock.
        if (count - tail->CountSeen > tail->PeakCount || Atomic.Load(&tail->Bytes) - tail->BytesSeen > tail->PeakBytes || count >= tail->NextSample)
        {
            NoteLengthSlow(ring, count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void NoteLengthSlow(EventRing* ring, long count)
    {
        EventTail* tail = &ring->Tail;
        See(ring);
        long length = count - tail->CountSeen;
        tail->PeakCount = length > tail->PeakCount ? length : tail->PeakCount;

        // Plain: the tail's own figure, under its lock.
        long bytes = Atomic.Load(&tail->Bytes) - tail->BytesSeen;
        tail->PeakBytes = bytes > tail->PeakBytes ? bytes : tail->PeakBytes;
        if (count >= tail->NextSample)
        {
            tail->NextSample = count + (count < EventTail.SampledOneByOne ? 1 : EventTail.SampleDistance);
            tail->LengthSum += length;
            tail->Samples++;
        }
    }
}

/// <summary>The side where events come in. All but the first two, which others read, belongs to who holds the lock.</summary>
internal unsafe struct EventTail
{
    // The mean of the lengths is of each of the first appends, then of every so many: a look at the head's line costs as much as an append.
    public const long SampledOneByOne = 64;
    public const long SampleDistance = 61;

    // Events and bytes that ever came in.
    public long Count;
    public long Bytes;

    public SideLock Lock;

    // Null before the first append.
    public EventSegment* Segment;

    // The next segment, zero, where one is ready.
    public EventSegment* Spare;

    // The next slot; SlotsPerSegment when there is none.
    public int Index;

    // The head's figures at the last look: never more than they are.
    public long CountSeen;
    public long BytesSeen;

    // Exact, for a look at the head's figures belongs to each that was a peak when it was reached.
    public long PeakCount;
    public long PeakBytes;

    // The queue's lengths behind some appends, and the count at which the next is noted.
    public long LengthSum;
    public long Samples;
    public long NextSample;
}

/// <summary>The side where events go out. All but the first two, which others read, belongs to who holds the lock.</summary>
internal unsafe struct EventHead
{
    // Events and bytes that were ever taken, or dropped.
    public long Count;
    public long Bytes;

    public SideLock Lock;

    // Null before the first take.
    public EventSegment* Segment;

    // The next slot; SlotsPerSegment when the segment is used up.
    public int Index;

    // The next lease that is looked at, in the page of leases in use: see EventLeases.
    public int NextLease;
}
