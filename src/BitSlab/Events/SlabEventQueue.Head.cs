using System;
using System.Runtime.CompilerServices;
using BitSlab.Events;

namespace BitSlab;

/// <content>How an event goes out: its place is left, and a lease stands for it.</content>
public sealed unsafe partial class SlabEventQueue
{
    // At the head.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TakeStatus Take(out SlabEvent item, ref EventSegment* finished)
    {
        void* block = EventRing.Peek(_ring, out long length, ref finished);
        if (block == null)
        {
            item = default;
            return TakeStatus.Empty;
        }

        if (!_leases.TryTake((nint)block, (int)length, ref _ring->Head.NextLease, out item))
        {
            return TakeStatus.NeedsLeases;
        }

        EventRing.Take(_ring, length);
        return TakeStatus.Taken;
    }

    // Outside the lock, which is held for some instructions only. False when there is no memory, and it is not needed.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AddLeases(bool isNeeded = true)
    {
        LeasePage page;
        try
        {
            page = new LeasePage(this);
        }
        catch (OutOfMemoryException) when (!isNeeded)
        {
            return false;
        }

        SideLock.Enter(&_ring->Head.Lock, _os);
        _leases.Add(page, ref _ring->Head.NextLease);
        SideLock.Exit(&_ring->Head.Lock);
        return true;
    }

    // What a take leaves to be done outside the lock; returns whether something was taken.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool FinishTake(EventSegment* finished, bool isTaken)
    {
        FreeSegments(finished);
        if (isTaken)
        {
            LookBehindFree();
            FinishIfDrained();
        }
        else
        {
            ThrowIfDisposed();
            FinishIfDrained();
        }

        return isTaken;
    }

    // A wait's continuation may be here while the queue is disposed.
    private void FreeSegments(EventSegment* finished)
    {
        if (finished == null || !TryUseMemory())
        {
            return;
        }

        try
        {
            FreeChain(finished);
        }
        finally
        {
            LeaveMemory();
        }
    }

    private void FreeChain(EventSegment* segment)
    {
        while (segment != null)
        {
            EventSegment* next = segment->Previous;
            _allocator.Free(segment);
            segment = next;
        }
    }

    private enum TakeStatus
    {
        Taken,
        Empty,

        // All leases that were looked at are held.
        NeedsLeases,
    }
}
