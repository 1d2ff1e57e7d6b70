using System;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace BitSlab.Events;

/// <summary>What somebody wants to enqueue when there is room: bytes, or an event of another queue.</summary>
internal unsafe struct PendingEvent
{
    public ReadOnlyMemory<byte> Payload;

    // The event that is on its way to this queue, and its block; else the default.
    public SlabEvent Source;
    public nint SourceBlock;

    // A block of the queue's with the bytes in it, SourceBlock where that comes from the queue's allocator; 0 while there is no memory for
    // it.
    public nint Block;
    public int Length;

    /// <summary>Gives it a block, and the block its bytes.</summary>
    public void Fill(nint block)
    {
        ReadOnlySpan<byte> bytes = SourceBlock == 0 ? Payload.Span : new ReadOnlySpan<byte>((void*)SourceBlock, Length);
        bytes.CopyTo(new Span<byte>((void*)block, Length));
        Block = block;
    }
}

/// <summary>
/// A call that waits for an event or for room. Kept for the next wait when its result was taken. The links and what is to be enqueued are
/// under the queue's gate while it waits.
/// </summary>
internal sealed class QueueWaiter(SlabEventQueue queue) : IValueTaskSource<bool>, IValueTaskSource, IThreadPoolWorkItem
{
    // Completed on a thread of the pool, by this object itself: left to the core, each completion would be an object on the GC heap.
    private ManualResetValueTaskSourceCore<bool> _core;
    private bool _result;
    private Exception? _failure;
    private CancellationTokenRegistration _cancellation;

    /// <summary>Null while it does not wait.</summary>
    public WaiterList? List { get; set; }

    public QueueWaiter? Next { get; set; }

    public QueueWaiter? Previous { get; set; }

    /// <summary>What a writer wants to enqueue. A field, to be filled in place.</summary>
    public PendingEvent Event;

    /// <summary>Another for each wait.</summary>
    public short Version => _core.Version;

    public ValueTask<bool> Result => new(this, _core.Version);

    public ValueTask Done => new(this, _core.Version);

    /// <summary>Whether it is still in that wait.</summary>
    public bool IsIn(WaiterList list, short version) => List == list && _core.Version == version;

    /// <summary>Behind the wait's begin, and before its result is given away.</summary>
    public void CancelWith(CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            _cancellation = token.UnsafeRegister(
                static (state, token) =>
                {
                    QueueWaiter waiter = (QueueWaiter)state!;
                    waiter.Queue.CancelWait(waiter, token);
                },
                this);
        }
    }

    /// <summary>Ends the wait; what waits goes on on another thread. By who took the waiter off its list; outside the gate.</summary>
    public void Complete(bool result)
    {
        _result = result;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc cref="Complete"/>
    public void Fail(Exception exception)
    {
        _failure = exception;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Before the result is there: with it the waiter may be taken for the next wait.
        Exception? failure = _failure;
        _failure = null;
        if (failure == null)
        {
            _core.SetResult(_result);
        }
        else
        {
            _core.SetException(failure);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => TakeResult(token);

    void IValueTaskSource.GetResult(short token) => TakeResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private SlabEventQueue Queue { get; } = queue;

    private bool TakeResult(short token)
    {
        // Throws for a second await, and for one that comes too early: nothing is taken then.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The operation has not completed.");
        }

        // Waits for a cancellation that runs: behind it nobody else knows this wait.
        _cancellation.Dispose();
        _cancellation = default;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            Queue.Keep(this);
        }
    }
}

/// <summary>Those who wait for the same, first come first. Under the queue's gate.</summary>
internal sealed class WaiterList
{
    private QueueWaiter? _last;

    public QueueWaiter? First { get; private set; }

    public void Add(QueueWaiter waiter)
    {
        waiter.List = this;
        waiter.Previous = _last;
        if (_last == null)
        {
            First = waiter;
        }
        else
        {
            _last.Next = waiter;
        }

        _last = waiter;
    }

    /// <summary>Takes all off; they stay linked by <see cref="QueueWaiter.Next"/>. Null for none.</summary>
    public QueueWaiter? RemoveAll()
    {
        QueueWaiter? first = First;
        for (QueueWaiter? waiter = first; waiter != null; waiter = waiter.Next)
        {
            waiter.List = null;
            waiter.Previous = null;
        }

        First = null;
        _last = null;
        return first;
    }

    public void Remove(QueueWaiter waiter)
    {
        if (waiter.Previous == null)
        {
            First = waiter.Next;
        }
        else
        {
            waiter.Previous.Next = waiter.Next;
        }

        if (waiter.Next == null)
        {
            _last = waiter.Previous;
        }
        else
        {
            waiter.Next.Previous = waiter.Previous;
        }

        waiter.List = null;
        waiter.Next = null;
        waiter.Previous = null;
    }
}
