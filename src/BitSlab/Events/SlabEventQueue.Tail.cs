using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Events;

namespace BitSlab;

/// <content>How an event comes in: a block, its bytes, and a place in the ring.</content>
public sealed unsafe partial class SlabEventQueue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EnqueueStatus Enqueue(ReadOnlySpan<byte> payload)
    {
        EnqueueStatus status = Prepare(payload.Length, out nint block);
        if (status == EnqueueStatus.Done)
        {
            payload.CopyTo(new Span<byte>((void*)block, payload.Length));
            status = AppendOrFree(block, payload.Length);
        }

        return status;
    }

    private EnqueueStatus EnqueueMoved(SlabEvent source)
    {
        if (source.Length > _ring->ByteCapacity)
        {
            ThrowLargerThanCapacity(source.Length, nameof(source));
        }

        EnqueueStatus status = EnqueueStatus.Full;
        nint block = source.BeginMove(out int length);
        try
        {
            BeReadyToCount(length);
            status = IsOfAllocator(source) ? Append(block, length) : Enqueue(new ReadOnlySpan<byte>((void*)block, length));
        }
        finally
        {
            EndMove(source, block, isGone: status == EnqueueStatus.Done);
        }

        return status;
    }

    // A copied event's block stays behind; where it went along, its queue has a held event less, which a writer may wait for.
    private void EndMove(SlabEvent source, nint block, bool isGone)
    {
        if (!source.EndMove(isGone) || !isGone)
        {
            return;
        }

        if (IsOfAllocator(source))
        {
            source.Queue.LookBehindFree();
        }
        else
        {
            source.Queue.FreeHeld(block);
        }
    }

    // A block for an event, if it is likely to be taken.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EnqueueStatus Prepare(int length, out nint block)
    {
        // Not to copy for nothing. What is full is known for sure; what is not may be at the append. Every event has a block, an empty one,
        // too.
        bool isThere = false;
        void* found = null;
        if (length < _sizes.Limit && (Atomic.LoadAcquire(&_ring->Signals) & EventRing.Closed) == 0 && (!_looksForRoom || MayHaveRoom(length)))
        {
            isThere = _allocator.TryAlloc((nuint)Math.Max(length, 1), out found);
        }

        block = (nint)found;
        return isThere ? EnqueueStatus.Done : PrepareSlow(length, out block);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private EnqueueStatus PrepareSlow(int length, out nint block)
    {
        block = 0;
        BeReadyToCount(length);

        // Acquire: see EventRing.Signals.
        if ((Atomic.LoadAcquire(&_ring->Signals) & EventRing.Closed) != 0)
        {
            return EnqueueStatus.Closed;
        }

        if (_looksForRoom && !MayHaveRoom(length))
        {
            return EnqueueStatus.Full;
        }

        if (!_allocator.TryAlloc((nuint)Math.Max(length, 1), out void* found) && !TryMakeMemory(length, out found))
        {
            return EnqueueStatus.NoMemory;
        }

        block = (nint)found;
        return EnqueueStatus.Done;
    }

    private void BeReadyToCount(int length)
    {
        if (length >= _sizes.Limit)
        {
            long[] table = _sizes.MakeTable(length);
            SideLock.Enter(&_ring->Tail.Lock, _os);
            _sizes.Replace(table);
            SideLock.Exit(&_ring->Tail.Lock);
        }
    }

    private bool MayHaveRoom(int length) =>
        _ring->Tail.Lock.IsShared ? !EventRing.IsFull(_ring, length) : EventRing.HasRoom(_ring, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EnqueueStatus AppendOrFree(nint block, int length)
    {
        EnqueueStatus status = AppendOnce(block, length);
        return status == EnqueueStatus.Done ? status : AppendOrFreeSlow(status, block, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private EnqueueStatus AppendOrFreeSlow(EnqueueStatus status, nint block, int length)
    {
        try
        {
            status = AppendSlow(status, block, length);
        }
        catch
        {
            _allocator.Free((void*)block);
            throw;
        }

        if (status != EnqueueStatus.Done)
        {
            _allocator.Free((void*)block);

            // What this held for a moment may be what a writer waits for.
            LookBehindFree();
        }

        return status;
    }

    // The block is the queue's when this returns Done, and the caller's else.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EnqueueStatus Append(nint block, int length)
    {
        EnqueueStatus status = AppendOnce(block, length);
        return status is EnqueueStatus.Done ? status : AppendSlow(status, block, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EnqueueStatus AppendOnce(nint block, int length)
    {
        SideLock.Enter(&_ring->Tail.Lock, _os);

        // Those who wait come first. With one writer there is nobody else.
        EnqueueStatus status = (_ring->Signals & EventRing.WritersWait) != 0 ? EnqueueStatus.Full : AppendInside(block, length);
        SideLock.Exit(&_ring->Tail.Lock);
        if (status == EnqueueStatus.Done && (Atomic.LoadAcquire(&_ring->Signals) & EventRing.ReadersWait) != 0)
        {
            WakeReader();
        }

        return status;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EnqueueStatus AppendInside(nint block, int length)
    {
        AppendStatus status = EventRing.Append(_ring, (void*)block, length);
        if (status == AppendStatus.Done)
        {
            _sizes.Add(length);
        }

        return (EnqueueStatus)status;
    }

    // Outside the lock, where others' code may run: segments are made, and events dropped.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private EnqueueStatus AppendSlow(EnqueueStatus status, nint block, int length)
    {
        while (true)
        {
            switch (status)
            {
                case EnqueueStatus.NeedsSegment when !TryAddSegment():
                    return EnqueueStatus.NoMemory;
                case EnqueueStatus.NeedsSegment:
                    break;
                case EnqueueStatus.Full when _drops:
                    // Room for this one is not kept for it.
                    DropForRoom(length);
                    break;
                default:
                    return status;
            }

            status = AppendOnce(block, length);
        }
    }

    private bool TryAddSegment()
    {
        EventSegment* segment = MakeSegment();
        if (segment != null && !TryGiveSegment(segment))
        {
            // Another thread was faster.
            _allocator.Free(segment);
        }

        return segment != null;
    }

    // Null when there is no memory.
    private EventSegment* MakeSegment()
    {
        nuint bytes = EventSegment.Bytes(_ring->SlotsPerSegment);
        if (!_allocator.TryAlloc(bytes, out void* memory) && !TryMakeMemory((int)bytes, out memory))
        {
            return null;
        }

        NativeMemory.Clear(memory, bytes);
        return (EventSegment*)memory;
    }

    private bool TryGiveSegment(EventSegment* segment)
    {
        SideLock.Enter(&_ring->Tail.Lock, _os);
        bool isGiven = EventRing.TryGiveSegment(_ring, segment);
        SideLock.Exit(&_ring->Tail.Lock);
        return isGiven;
    }

    // As AppendStatus, and what can go wrong besides.
    private enum EnqueueStatus
    {
        Done = AppendStatus.Done,
        Full = AppendStatus.Full,
        NeedsSegment = AppendStatus.NeedsSegment,
        Closed = AppendStatus.Closed,
        NoMemory,
    }
}
