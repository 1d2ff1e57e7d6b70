using System;
using System.Threading;
using BitSlab.Events;

namespace BitSlab;

/// <content>What drops events does when there is no room for one more.</content>
public sealed unsafe partial class SlabEventQueue
{
    private const int MostDroppedAtOnce = 64;

    // Until there is room, or so many were dropped.
    private void DropForRoom(int length) => Drop(MostDroppedAtOnce, length);

    // Drops events until the allocator has memory again, ever more at a time: which of them gives what is missing back is not known.
    private bool TryMakeMemory(int length, out void* block)
    {
        block = null;
        int most = 1;
        while (_drops && !IsAboveLimit((uint)length) && Drop(most, length: null) != 0)
        {
            if (_allocator.TryAlloc((nuint)Math.Max(length, 1), out block))
            {
                return true;
            }

            most = Math.Min(2 * most, MostDroppedAtOnce);
        }

        return false;
    }

    // What no limit would ever hold is not worth an event.
    private bool IsAboveLimit(long bytes)
    {
        bool isAbove = false;
        for (SlabAllocator? level = _allocator; level != null; level = level.Parent)
        {
            isAbove |= bytes > level.Options.MemoryLimit;
        }

        return isAbove;
    }

    // At both sides, as only who drops ever is: the tail's lock first. Nothing where no more comes in.
    private int Drop(int most, int? length)
    {
        Span<nint> blocks = stackalloc nint[MostDroppedAtOnce];
        EventSegment* finished = null;
        int count = 0;
        SideLock.Enter(&_ring->Tail.Lock, _os);
        SideLock.Enter(&_ring->Head.Lock, _os);
        bool isOpen = (_ring->Signals & EventRing.Closed) == 0;
        while (isOpen && count < most && (length is not int wanted || !EventRing.HasRoom(_ring, wanted)))
        {
            nint block = (nint)TakeToDrop(ref finished);
            if (block == 0)
            {
                break;
            }

            blocks[count++] = block;
        }

        SideLock.Exit(&_ring->Head.Lock);
        SideLock.Exit(&_ring->Tail.Lock);

        // A counter; it orders nothing.
        Interlocked.Add(ref _dropped, count);
        _allocator.FreeBatch(blocks[..count]);
        FreeSegments(finished);
        FinishIfDrained();
        return count;
    }

    private void* TakeToDrop(ref EventSegment* finished)
    {
        if (Options.FullMode == EventQueueFullMode.DropNewest)
        {
            return EventRing.TakeNewest(_ring, ref finished);
        }

        void* block = EventRing.Peek(_ring, out long length, ref finished);
        if (block != null)
        {
            EventRing.Take(_ring, length);
        }

        return block;
    }
}
