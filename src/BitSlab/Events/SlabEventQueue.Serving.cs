using System;
using System.Runtime.CompilerServices;
using BitSlab.Core;
using BitSlab.Events;

namespace BitSlab;

/// <content>Writers that wait are served by whoever made room: a place, memory where they had none, and the end of their wait.</content>
public sealed unsafe partial class SlabEventQueue
{
    // One serves the writers at a time, and looks again when another wanted to. Allocations are made outside the gate: a soft limit's
    // callback may do anything, even end the wait that is being served.
    private bool _isServing;
    private bool _mustServeAgain;

    // First come, first served: what does not fit holds up those behind it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ServeWriters()
    {
        lock (_gate)
        {
            _mustServeAgain = _isServing;
            if (_isServing)
            {
                return;
            }

            _isServing = true;
        }

        try
        {
            ServeFirstComers();
        }
        catch
        {
            lock (_gate)
            {
                _isServing = false;
            }

            throw;
        }
    }

    // Until there is none, or none can be served; then nobody serves any more.
    private void ServeFirstComers()
    {
        while (true)
        {
            QueueWaiter? waiter;
            PendingEvent pending;
            short wait;
            EnqueueStatus status;
            lock (_gate)
            {
                _mustServeAgain = false;
                waiter = _writers.First;
                wait = waiter?.Version ?? 0;
                pending = waiter?.Event ?? default;
                status = waiter == null ? EnqueueStatus.Full : pending.Block == 0 ? EnqueueStatus.NoMemory : Serve(pending);
                if (status == EnqueueStatus.Full)
                {
                    // Who makes room from here on comes itself.
                    _isServing = false;
                    return;
                }

                if (status is EnqueueStatus.Done or EnqueueStatus.Closed)
                {
                    _writers.Remove(waiter!);
                    ShowWaits();
                }
            }

            if (status is EnqueueStatus.Done or EnqueueStatus.Closed)
            {
                End(waiter!, status == EnqueueStatus.Done ? null : ClosedFailure());

                // Acquire, and behind the event, which was enqueued before: see EventRing.Signals.
                if (status == EnqueueStatus.Done && (Atomic.LoadAcquire(&_ring->Signals) & EventRing.ReadersWait) != 0)
                {
                    WakeReader();
                }
            }
            else if (!TryFind(status, waiter!, wait, pending.Length))
            {
                return;
            }
        }
    }

    // Under the gate: it is at the tail for the writer that waits, which with SingleWriter is the only one.
    private EnqueueStatus Serve(PendingEvent pending)
    {
        SideLock.Enter(&_ring->Tail.Lock, _os);
        EnqueueStatus status = AppendInside(pending.Block, pending.Length);
        SideLock.Exit(&_ring->Tail.Lock);
        return status;
    }

    // Finds memory for what the first writer is short of: its block, or a segment. Outside the gate. False when there is none, and some may
    // come: then nobody serves any more.
    private bool TryFind(EnqueueStatus status, QueueWaiter waiter, short wait, int length)
    {
        bool isSegment = status == EnqueueStatus.NeedsSegment;
        void* memory = null;
        Exception? failure = null;
        bool mayRetry = false;
        try
        {
            if (isSegment)
            {
                memory = MakeSegment();
            }
            else
            {
                _allocator.TryAlloc((nuint)Math.Max(length, 1), out memory);
            }

            if (memory == null && !IsMemoryExpected())
            {
                // Where it finds memory now, what was last held came back in between.
                failure = MemoryFailure(isSegment ? EventSegment.Bytes(_ring->SlotsPerSegment) : (nuint)Math.Max(length, 1));
                mayRetry = failure == null;
            }
        }
#pragma warning disable CA1031 // whatever a soft limit's callback throws belongs to the one who waits
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }

        lock (_gate)
        {
            if (!waiter.IsIn(_writers, wait))
            {
                // Cancelled meanwhile. The next one is served by its own measure.
                failure = null;
            }
            else if (memory != null)
            {
                failure = Use(ref memory, isSegment, waiter);
            }
            else if (failure == null && !mayRetry && !_mustServeAgain)
            {
                _isServing = false;
                return false;
            }

            if (failure != null)
            {
                _writers.Remove(waiter);
                ShowWaits();
            }
        }

        // What nobody wants any more.
        if (memory != null)
        {
            _allocator.Free(memory);
        }

        if (failure != null)
        {
            End(waiter, failure);
        }

        return true;
    }

    // Under the gate, for while the wait lasts its payload is there: filled outside, a block might be copied from memory that its owner,
    // whose wait was cancelled, has freed.
    private Exception? Use(ref void* memory, bool isSegment, QueueWaiter waiter)
    {
        if (isSegment)
        {
            if (TryGiveSegment((EventSegment*)memory))
            {
                memory = null;
            }

            return null;
        }

        try
        {
            waiter.Event.Fill((nint)memory);
            memory = null;
            return null;
        }
#pragma warning disable CA1031 // memory of the caller's that is gone
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error;
        }
    }

    // Whether an event of the queue lives, whose end will be noticed. One that is on its way to a queue does not: it may wait for the same
    // memory.
    private bool IsMemoryExpected()
    {
        if (EventRing.HasEvents(_ring))
        {
            return true;
        }

        lock (_gate)
        {
            SideLock.EnterAsOther(&_ring->Head.Lock, _os);
            bool anyHeld = _leases.AnyHeld();
            SideLock.ExitAsOther(&_ring->Head.Lock);
            return anyHeld;
        }
    }

    // Outside the gate: the waiter is on no list any more. Whatever happens, who waits is told.
    private void End(QueueWaiter waiter, Exception? failure)
    {
        try
        {
            Forget(waiter.Event, isEnqueued: failure == null);
        }
        finally
        {
            waiter.Event = default;
            if (failure == null)
            {
                waiter.Complete(true);
            }
            else
            {
                waiter.Fail(failure);
            }
        }
    }

    // What a wait that ends leaves behind: a block that is not enqueued, and an event that goes back to who sent it, or has gone.
    private void Forget(PendingEvent pending, bool isEnqueued)
    {
        try
        {
            if (!isEnqueued && pending.Block != 0 && pending.Block != pending.SourceBlock)
            {
                _allocator.Free((void*)pending.Block);
            }

            if (!pending.Source.IsDefault)
            {
                EndMove(pending.Source, pending.SourceBlock, isEnqueued);
            }
        }
        catch (ObjectDisposedException)
        {
            // The allocator took it all with it.
        }
    }
}
