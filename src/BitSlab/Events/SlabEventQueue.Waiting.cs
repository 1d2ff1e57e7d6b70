using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using BitSlab.Core;
using BitSlab.Events;

namespace BitSlab;

#pragma warning disable RS0026 // two overloads with an optional token: what is enqueued tells them apart

/// <content>Waits, and who ends them. A wait allocates nothing once some waits were there before.</content>
public sealed unsafe partial class SlabEventQueue
{
    // Some hundred nanoseconds: less than it takes to have the continuation run when the event comes.
    private const int LooksBeforeWait = 16;
    private const int SpinsPerLook = 8;

    // More that wait at once than ever again is worth no memory.
    private const int MostKeptWaiters = 64;

    // Whoever has it may go on to one side's lock, not back. Nobody else's code runs under it, but for what gives a payload's span.
    private readonly Lock _gate = new();

    // All under the gate.
    private readonly WaiterList _writers = new();
    private readonly WaiterList _readers = new();
    private readonly WaiterList _watchers = new();
    private readonly Stack<QueueWaiter> _kept = new();

    /// <summary>
    /// Copies an event into the queue; where <see cref="EventQueueFullMode.Wait"/> says so, waits for room. Those who wait come in first
    /// come, first served.
    /// </summary>
    /// <param name="payload">The event's bytes; may be empty. To be left alone until the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait. Nothing was enqueued then.</param>
    /// <exception cref="ArgumentException">
    /// The event is larger than <see cref="SlabEventQueueOptions.ByteCapacity"/>: it would never fit. Thrown by the call itself; all else
    /// comes with the task.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ChannelClosedException">The queue is completed.</exception>
    /// <exception cref="InvalidOperationException">
    /// The queue is full and refuses, as <see cref="EventQueueFullMode.Refuse"/> says.
    /// </exception>
    /// <exception cref="SlabMemoryLimitException">
    /// The allocator is at its limit, and the queue has no event, in it or out, whose memory could be waited for.
    /// </exception>
    /// <exception cref="OutOfMemoryException">The same where the operating system refuses the memory.</exception>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    public ValueTask EnqueueAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        if (payload.Length > _ring->ByteCapacity)
        {
            ThrowLargerThanCapacity(payload.Length, nameof(payload));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        EnqueueStatus status = Enqueue(payload.Span);
        if (status == EnqueueStatus.Done)
        {
            return default;
        }

        return MayWait(status)
            ? WaitForRoom(new PendingEvent { Payload = payload, Length = payload.Length }, cancellationToken)
            : ValueTask.FromException(Failure(status, payload.Length));
    }

    /// <summary>
    /// Moves an event from another queue to the end of this one, as <see cref="TryEnqueue(SlabEvent)"/> does, and waits for room as
    /// <see cref="EnqueueAsync(ReadOnlyMemory{byte}, CancellationToken)"/> does.
    /// </summary>
    /// <param name="source">
    /// The event. Not to be used before the task has completed. Unless it completes well, the event is the caller's as before.
    /// </param>
    /// <param name="cancellationToken">Ends the wait. Nothing was enqueued then.</param>
    /// <exception cref="ArgumentException">
    /// The event is larger than <see cref="SlabEventQueueOptions.ByteCapacity"/>: it would never fit. Thrown by the call itself; all else
    /// comes with the task.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ChannelClosedException">The queue is completed.</exception>
    /// <exception cref="InvalidOperationException">
    /// The queue is full and refuses, as <see cref="EventQueueFullMode.Refuse"/> says.
    /// </exception>
    /// <exception cref="OutOfMemoryException">As for <see cref="EnqueueAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The event or the queue is disposed.</exception>
    public ValueTask EnqueueAsync(SlabEvent source, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        EnqueueStatus status = EnqueueMoved(source);
        if (status == EnqueueStatus.Done)
        {
            return default;
        }

        if (!MayWait(status))
        {
            return ValueTask.FromException(Failure(status, source.Length));
        }

        nint block = source.BeginMove(out int length);
        try
        {
            return WaitForRoom(new PendingEvent { Source = source, SourceBlock = block, Length = length }, cancellationToken);
        }
        catch
        {
            EndMove(source, block, isGone: false);
            throw;
        }
    }

    /// <summary>Keeps a waiter whose result was taken for the next wait.</summary>
    internal void Keep(QueueWaiter waiter)
    {
        lock (_gate)
        {
            if (_kept.Count < MostKeptWaiters)
            {
                _kept.Push(waiter);
            }
        }
    }

    /// <summary>Ends a wait, unless it has ended.</summary>
    internal void CancelWait(QueueWaiter waiter, CancellationToken token)
    {
        lock (_gate)
        {
            if (waiter.List == null)
            {
                return;
            }

            waiter.List.Remove(waiter);
            ShowWaits();
            _memoryUsers++;
        }

        try
        {
            End(waiter, new OperationCanceledException(token));

            // Those behind it may want less.
            LookBehindFree();
        }
        finally
        {
            LeaveMemory();
        }
    }

    private ValueTask<bool> WaitForEvent(WaiterList list, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        for (int looks = 0; looks < LooksBeforeWait; looks++)
        {
            if (EventRing.HasEvents(_ring))
            {
                return new ValueTask<bool>(true);
            }

            Thread.SpinWait(SpinsPerLook);
        }

        QueueWaiter waiter;
        lock (_gate)
        {
            if ((_ring->Signals & EventRing.Closed) != 0)
            {
                return AnswerOfClosed();
            }

            waiter = Rent();
            list.Add(waiter);
            ShowWaits();
        }

        // See EventRing.Signals: from here on who appends wakes somebody; who did before is seen.
        _os->ProcessBarrier();
        if (EventRing.HasEvents(_ring))
        {
            WakeReader();
        }

        waiter.CancelWith(cancellationToken);
        return waiter.Result;
    }

    // One that will take the event, and all who want to know of it: these may leave it where it is.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WakeReader()
    {
        QueueWaiter? reader;
        QueueWaiter? watchers;
        lock (_gate)
        {
            reader = _readers.First;
            if (reader != null)
            {
                _readers.Remove(reader);
            }

            watchers = _watchers.RemoveAll();
            ShowWaits();
        }

        reader?.Complete(true);
        ForEach(watchers, static (_, watcher) => watcher.Complete(true));
    }

    private bool MayWait(EnqueueStatus status) =>
        status is EnqueueStatus.Full or EnqueueStatus.NoMemory && Options.FullMode == EventQueueFullMode.Wait;

    private ValueTask WaitForRoom(PendingEvent pending, CancellationToken cancellationToken)
    {
        // Filled by who waits, not by who makes room for it.
        if (IsOfAllocator(pending.Source))
        {
            pending.Block = pending.SourceBlock;
        }
        else if (_allocator.TryAlloc((nuint)Math.Max(pending.Length, 1), out void* block))
        {
            FillOrFree(ref pending, block);
        }

        // From here on the wait's end gives the block back.
        QueueWaiter? waiter = null;
        lock (_gate)
        {
            if ((_ring->Signals & EventRing.Closed) == 0)
            {
                waiter = Rent();
                waiter.Event = pending;
                _writers.Add(waiter);
                ShowWaits();
            }
        }

        if (waiter == null)
        {
            Forget(pending, isEnqueued: false);
            return ValueTask.FromException(ClosedFailure());
        }

        // See EventRing.Signals: from here on who makes room serves those who wait; what was made before is seen.
        _os->ProcessBarrier();
        ServeWriters();
        waiter.CancelWith(cancellationToken);
        return waiter.Done;
    }

    private void FillOrFree(ref PendingEvent pending, void* block)
    {
        try
        {
            pending.Fill((nint)block);
        }
        catch
        {
            _allocator.Free(block);
            throw;
        }
    }

    private bool IsOfAllocator(SlabEvent source) => !source.IsDefault && source.Queue._allocator == _allocator;

    private Exception Failure(EnqueueStatus status, int length)
    {
        if (status == EnqueueStatus.Closed)
        {
            return ClosedFailure();
        }

        if (Options.FullMode != EventQueueFullMode.Wait)
        {
            // A counter; it orders nothing.
            Interlocked.Increment(ref _dropped);
        }

        return status == EnqueueStatus.Full
            ? new InvalidOperationException($"The queue '{ThrowHelper.NameOf(Options.Name)}' is full.")
            : MemoryFailure((nuint)Math.Max(length, 1))
                ?? new OutOfMemoryException($"There was no memory for an event of {length} bytes and its place in the queue.");
    }

    // What the allocator says itself; null when it has that much.
    private OutOfMemoryException? MemoryFailure(nuint bytes)
    {
        try
        {
            _allocator.Free(_allocator.Alloc(bytes));
            return null;
        }
        catch (OutOfMemoryException failure)
        {
            return failure;
        }
    }

    // Whoever made room looks.
    private void LookBehindFree()
    {
        if ((Atomic.LoadAcquire(&_ring->Signals) & EventRing.WritersWait) != 0)
        {
            ServeWriters();
        }
    }

    // Under the gate.
    private QueueWaiter Rent() => _kept.TryPop(out QueueWaiter? kept) ? kept : new QueueWaiter(this);

    // Under the gate, as all changes of the signals.
    private void ShowWaits()
    {
        int waits = (_readers.First != null || _watchers.First != null ? EventRing.ReadersWait : 0)
            | (_writers.First != null ? EventRing.WritersWait : 0);
        Atomic.StoreRelease(&_ring->Signals, (_ring->Signals & EventRing.Closed) | waits);
    }

    // Of a chain that was taken off a list. Who is told may wait again at once.
    private void ForEach(QueueWaiter? first, Action<SlabEventQueue, QueueWaiter> tell)
    {
        for (QueueWaiter? next; first != null; first = next)
        {
            next = first.Next;
            first.Next = null;
            tell(this, first);
        }
    }
}
