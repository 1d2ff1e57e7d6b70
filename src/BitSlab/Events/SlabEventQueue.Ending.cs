using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using BitSlab.Core;
using BitSlab.Events;

namespace BitSlab;

/// <content>Completion and disposal.</content>
public sealed unsafe partial class SlabEventQueue
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What the queue was completed with. Set under the gate, before it is closed.
    private Exception? _error;
    private bool _isDisposed;

    // Calls that use the allocator and may run beside Dispose: what a wait that has ended still does, on whichever thread, and Dispose
    // itself. Under the gate. The last one out disposes of an allocator of the queue's own.
    private int _memoryUsers;
    private bool _allocatorIsDue;

    /// <summary>
    /// Completes when the queue was completed and its last event was taken: with the error that it was completed with, if there was one.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Says that no more events come. What is in the queue can be dequeued still; calls that wait for room fail.</summary>
    /// <param name="error">Why, for <see cref="Completion"/> and those who dequeue; null for a good end.</param>
    /// <exception cref="ChannelClosedException">The queue was completed already, or is disposed.</exception>
    public void Complete(Exception? error = null)
    {
        if (!TryComplete(error))
        {
            throw new ChannelClosedException();
        }
    }

    /// <summary>As <see cref="Complete"/>.</summary>
    /// <param name="error">As for <see cref="Complete"/>.</param>
    /// <returns>False when the queue was completed already, or is disposed: nothing was changed.</returns>
    public bool TryComplete(Exception? error = null)
    {
        Closing closing;
        lock (_gate)
        {
            if ((_ring->Signals & EventRing.Closed) != 0)
            {
                return false;
            }

            _error = error;
            closing = Close();
        }

        Tell(closing);

        // As for a wait: either the last take is seen here, or who took it sees that the queue is closed.
        _os->ProcessBarrier();
        FinishIfDrained();
        return true;
    }

    /// <summary>
    /// Drops what is in the queue, ends all waits, and gives the memory back: with an allocator of its own all at once, that of events in
    /// somebody's hand, too. May be called twice. May not run while another thread is inside a call on the queue or, with an allocator of
    /// its own, uses an event of it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The queue's own allocator has children that live. All else is done.</exception>
    public void Dispose()
    {
        DisposeCore(isForgotten: false);
        GC.SuppressFinalize(this);
    }

    // The allocator of a forgotten queue may serve others still. It gives back what it has when it is forgotten, too, and empty.
    private void DisposeCore(bool isForgotten)
    {
        Closing closing;
        bool hasMemory;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            // Release, for looks without the lock; calls that count as users of the memory are waited for under it.
            Volatile.Write(ref _isDisposed, true);
            _allocatorIsDue = _ownsAllocator && !isForgotten;
            _memoryUsers++;
            closing = Close();
            SideLock.EnterAsOther(&_ring->Head.Lock, _os);
            hasMemory = (!_ownsAllocator || isForgotten) && !_allocator.IsDisposed;
            if (!hasMemory)
            {
                // An allocator that was disposed before has taken it all with it.
                _leases.Revoke();
                EventRing.Clear(_ring);
            }

            SideLock.ExitAsOther(&_ring->Head.Lock);
        }

        LiveQueues.Remove(_number);
        Tell(closing);
        if (_completion.TrySetException(Disposed()))
        {
            // Nobody has to look at it.
            _ = _completion.Task.Exception;
        }

        if (hasMemory)
        {
            FreeEvents();
        }

        if (IsLastOut())
        {
            _allocator.Dispose();
        }
    }

    // False when the memory went with the allocator, or is about to.
    private bool TryUseMemory()
    {
        lock (_gate)
        {
            _memoryUsers += _allocatorIsDue ? 0 : 1;
            return !_allocatorIsDue;
        }
    }

    private void LeaveMemory()
    {
        if (IsLastOut())
        {
            try
            {
                _allocator.Dispose();
            }
            catch (InvalidOperationException)
            {
                // It has children that live. Nobody is here who could be told.
            }
        }
    }

    private bool IsLastOut()
    {
        lock (_gate)
        {
            return --_memoryUsers == 0 && _allocatorIsDue;
        }
    }

    // Under the gate. Those who waited are to be told.
    private Closing Close()
    {
        // Behind an append that has begun: after this there is none.
        SideLock.EnterAsOther(&_ring->Tail.Lock, _os);
        Atomic.StoreRelease(&_ring->Signals, _ring->Signals | EventRing.Closed);
        SideLock.ExitAsOther(&_ring->Tail.Lock);
        Closing closing = new() { Writers = _writers.RemoveAll(), Readers = _readers.RemoveAll(), Watchers = _watchers.RemoveAll() };
        ShowWaits();
        return closing;
    }

    // Those who waited when the queue was closed.
    private struct Closing
    {
        public QueueWaiter? Writers;
        public QueueWaiter? Readers;
        public QueueWaiter? Watchers;
    }

    // Outside the gate.
    private void Tell(Closing closing)
    {
        ForEach(closing.Writers, static (queue, waiter) => queue.End(waiter, queue.ClosedFailure()));
        ForEach(closing.Readers, static (queue, waiter) => queue.EndOfClosed(waiter));
        ForEach(closing.Watchers, static (queue, waiter) => queue.EndOfClosed(waiter));
    }

    private void EndOfClosed(QueueWaiter waiter)
    {
        ValueTask<bool> answer = AnswerOfClosed();
        if (answer.IsCompletedSuccessfully)
        {
            waiter.Complete(answer.Result);
        }
        else
        {
            waiter.Fail(_isDisposed ? Disposed() : _error!);
        }
    }

    private ValueTask<bool> AnswerOfClosed() =>
        _isDisposed ? ValueTask.FromException<bool>(Disposed())
        : EventRing.HasEvents(_ring) ? new ValueTask<bool>(true)
        : _error != null ? ValueTask.FromException<bool>(_error)
        : new ValueTask<bool>(false);

    private Exception ClosedFailure() => _isDisposed ? Disposed() : new ChannelClosedException(_error);

    private void FinishIfDrained()
    {
        // Acquire pairs with the closing: what was enqueued before it is seen by HasEvents.
        if ((Atomic.LoadAcquire(&_ring->Signals) & EventRing.Closed) == 0 || EventRing.HasEvents(_ring))
        {
            return;
        }

        if (_error is OperationCanceledException cancelled)
        {
            _completion.TrySetCanceled(cancelled.CancellationToken);
        }
        else if (_error != null)
        {
            _completion.TrySetException(_error);

            // Nobody has to look at it.
            _ = _completion.Task.Exception;
        }
        else
        {
            _completion.TrySetResult();
        }
    }

    // Of a disposed queue. Taken out under the lock, for a wait that ends may look for an event still; freed outside, for a free may call
    // who listens for invalid frees.
    private void FreeEvents()
    {
        Span<nint> blocks = stackalloc nint[MostDroppedAtOnce];
        int count;
        do
        {
            EventSegment* finished = null;
            count = 0;
            lock (_gate)
            {
                SideLock.EnterAsOther(&_ring->Head.Lock, _os);
                while (count < blocks.Length && (blocks[count] = (nint)EventRing.Peek(_ring, out long length, ref finished)) != 0)
                {
                    EventRing.Take(_ring, length);
                    count++;
                }

                if (count == 0)
                {
                    blocks[count++] = (nint)_ring->Head.Segment;
                    blocks[count++] = (nint)_ring->Tail.Spare;
                    EventRing.Clear(_ring);
                }

                SideLock.ExitAsOther(&_ring->Head.Lock);
            }

            _allocator.FreeBatch(blocks[..count]);
            FreeChain(finished);
        }
        while (_ring->Head.Segment != null);
    }

    private void ThrowIfDisposed()
    {
        // Acquire pairs with the release of Dispose. A call that runs beside it may go either way.
        if (Volatile.Read(ref _isDisposed))
        {
            throw Disposed();
        }
    }

    private ObjectDisposedException Disposed() =>
        new(nameof(SlabEventQueue), $"The queue '{ThrowHelper.NameOf(Options.Name)}' is disposed.");
}
