using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Core;
using BitSlab.Events;
using BitSlab.Platform;
using BitSlab.Threads;

namespace BitSlab;

/// <summary>
/// A queue of binary events of any length, first in, first out for each producer. An event is a block of native memory: nothing of it is on
/// the garbage-collected heap. Bounded or not, for one or many producers and consumers, as <see cref="SlabEventQueueOptions"/> say. Safe on
/// any thread.
/// </summary>
/// <remarks>
/// <see cref="Dispose"/> may not run while another thread is inside a call on the queue or uses an event of it; calls that wait are no such
/// calls.
/// </remarks>
public sealed unsafe partial class SlabEventQueue : IDisposable
{
    // A segment of 8 KiB: one allocation in 510 events, and not much for a queue that holds few.
    internal const int MostSlotsPerSegment = 510;

    // Where there is room for a few only, a segment is not to be done with at each of them.
    private const int LeastSlotsPerSegment = 16;

    /// <summary>The size of a segment where there is no small bound.</summary>
    internal static readonly int SegmentBytes = (int)EventSegment.Bytes(MostSlotsPerSegment);

    private const int RingAlignment = 128;

    // What a take looks for behind it: writers that wait for room, and the end.
    private const int MatterToReaders = EventRing.WritersWait | EventRing.Closed;

    private readonly byte[] _ringMemory;
    private readonly EventRing* _ring;
    private readonly OsPrimitives* _os;
    private readonly SlabAllocator _allocator;
    private readonly EventLeases _leases = new();
    private readonly SizeCounts _sizes = new();
    private readonly bool _ownsAllocator;
    private readonly bool _looksForRoom;
    private readonly bool _drops;
    private readonly long _number;

    private long _dropped;

    /// <summary>Makes a queue.</summary>
    /// <param name="options">The options; null for <see cref="SlabEventQueueOptions.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A property of the options, or of the allocator's options, is out of its range.
    /// </exception>
    /// <exception cref="ArgumentException">Both an allocator and options for one are given.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory or the address space for an allocator.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform is not supported yet.</exception>
    public SlabEventQueue(SlabEventQueueOptions? options = null)
    {
        // Whatever throws below, the finalizer finds a queue that was never made.
        _isDisposed = true;
        Options = options ?? SlabEventQueueOptions.Default;
        Options.Validate();
        _os = &ProcessMemory.Require()->Os;
        _ownsAllocator = Options.Allocator == null;
        _allocator = Options.Allocator ?? new SlabAllocator(OwnAllocatorOptions(Options));

        // Pinned, not native: the figures may be asked for at any time, also while the queue is disposed.
        _ringMemory = GC.AllocateArray<byte>(sizeof(EventRing) + RingAlignment, pinned: true);
        nuint address = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(_ringMemory, 0);
        _ring = (EventRing*)((address + RingAlignment - 1) & ~(nuint)(RingAlignment - 1));
        _drops = Options.FullMode is EventQueueFullMode.DropNewest or EventQueueFullMode.DropOldest;
        _looksForRoom = !_drops && (Options.Capacity != long.MaxValue || Options.ByteCapacity != long.MaxValue);

        _ring->Os = _os;
        _ring->Capacity = Options.Capacity;
        _ring->ByteCapacity = Options.ByteCapacity;
        _ring->SlotsPerSegment = (int)Math.Clamp(Options.Capacity, LeastSlotsPerSegment, MostSlotsPerSegment);
        _ring->Tail.Index = _ring->SlotsPerSegment;
        _ring->Head.Index = _ring->SlotsPerSegment;
        _ring->Tail.Lock.IsShared = !Options.SingleWriter;

        // Who drops takes events out, too.
        _ring->Head.Lock.IsShared = !Options.SingleReader || _drops;
        _number = LiveQueues.Add(this);
        _isDisposed = false;
        SlabMetrics.EnsureCreated();
    }

    /// <summary>Gives the memory of a queue that was forgotten back. No event of it is in anybody's hand then.</summary>
    ~SlabEventQueue()
    {
        try
        {
            if (!_isDisposed)
            {
                DisposeCore(isForgotten: true);
            }
        }
#pragma warning disable CA1031 // an allocator that was reset or disposed by others, a listener that fails: on this thread it would end the process
        catch (Exception)
#pragma warning restore CA1031
        {
            // The allocator's own end gives back what is left.
        }
    }

    /// <summary>The options that the queue was made with.</summary>
    public SlabEventQueueOptions Options { get; }

    /// <summary>The allocator that the events' memory comes from.</summary>
    public SlabAllocator Allocator => _allocator;

    /// <summary>The events in the queue. While others enqueue and dequeue, never less than there are at the time of the look.</summary>
    public long Length
    {
        get
        {
            // Acquire: the head before the tail, so that the difference is never less than the length was.
            long taken = Atomic.LoadAcquire(&_ring->Head.Count);
            long length = Atomic.LoadAcquire(&_ring->Tail.Count) - taken;
            GC.KeepAlive(this);

            // An event may be taken before it is counted.
            return Math.Max(0, length);
        }
    }

    /// <summary>The bytes in the queue, summed over the events' lengths. Events that were dequeued do not count.</summary>
    public long BytesInFlight
    {
        get
        {
            // Acquire: the head before the tail, as for the length.
            long taken = Atomic.LoadAcquire(&_ring->Head.Bytes);
            long bytes = Atomic.LoadAcquire(&_ring->Tail.Bytes) - taken;
            GC.KeepAlive(this);
            return Math.Max(0, bytes);
        }
    }

    /// <summary>The most events that were ever in the queue.</summary>
    public long PeakLength => Read(&_ring->Tail.PeakCount);

    /// <summary>The most bytes that were ever in the queue, summed over the events' lengths.</summary>
    public long PeakBytesInFlight => Read(&_ring->Tail.PeakBytes);

    /// <summary>The events that were ever enqueued, those that were dropped later included.</summary>
    public long EnqueuedCount => Read(&_ring->Tail.Count);

    /// <summary>The bytes that were ever enqueued.</summary>
    public long EnqueuedBytes => Read(&_ring->Tail.Bytes);

    /// <summary>
    /// The events that were lost to a full queue: dropped from it with <see cref="EventQueueFullMode.DropNewest"/> and
    /// <see cref="EventQueueFullMode.DropOldest"/>, refused with <see cref="EventQueueFullMode.Refuse"/>, and those for which no memory was
    /// left even in an empty queue of the first two.
    /// </summary>
    public long DroppedCount => Volatile.Read(ref _dropped);

    /// <summary>What the queue has seen so far: the sizes of the events, and how long the queue was.</summary>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    public SlabEventObservation Observe()
    {
        long[] counts;
        double average;
        long peak;
        while (!TryObserve(counts = _sizes.MakeCopy(), out average, out peak))
        {
        }

        (SizeHistogram sizes, long larger) = SizeCounts.Read(counts);
        return new SlabEventObservation { Sizes = sizes, LargerEvents = larger, AverageLength = average, PeakLength = peak };
    }

    private bool TryObserve(long[] counts, out double average, out long peak)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            SideLock.EnterAsOther(&_ring->Tail.Lock, _os);
            bool fits = _sizes.TryCopyTo(counts);
            long samples = _ring->Tail.Samples;
            average = samples == 0 ? 0 : (double)_ring->Tail.LengthSum / samples;
            peak = _ring->Tail.PeakCount;
            SideLock.ExitAsOther(&_ring->Tail.Lock);
            return fits;
        }
    }

    /// <summary>Copies an event into the queue.</summary>
    /// <param name="payload">The event's bytes; may be empty.</param>
    /// <returns>
    /// False when the queue is full and does not drop, when its allocator has no memory left, or when the queue is completed: nothing was
    /// enqueued.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The event is larger than <see cref="SlabEventQueueOptions.ByteCapacity"/>: it would never fit.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    public bool TryEnqueue(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > _ring->ByteCapacity)
        {
            ThrowLargerThanCapacity(payload.Length, nameof(payload));
        }

        EnqueueStatus status = Enqueue(payload);
        return status == EnqueueStatus.Done || Answer(status);
    }

    /// <summary>Has an event written straight into the queue's memory.</summary>
    /// <typeparam name="TState">The type of what is handed to the writer.</typeparam>
    /// <param name="size">The event's length in bytes, at least 0.</param>
    /// <param name="state">What is handed to the writer.</param>
    /// <param name="writer">
    /// Writes the event, whose bytes are not initialised. Called at most once, and not when the queue is full. It may use the queue. What
    /// it throws comes out of this call, and nothing was enqueued.
    /// </param>
    /// <returns>As for <see cref="TryEnqueue(ReadOnlySpan{byte})"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is negative, or above <see cref="SlabEventQueueOptions.ByteCapacity"/>: the event would never fit.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    public bool TryEnqueue<TState>(int size, TState state, SpanAction<byte, TState> writer)
        where TState : allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, _ring->ByteCapacity);
        ArgumentNullException.ThrowIfNull(writer);
        EnqueueStatus status = Prepare(size, out nint block);
        if (status != EnqueueStatus.Done)
        {
            return Answer(status);
        }

        try
        {
            writer(new Span<byte>((void*)block, size), state);
        }
        catch
        {
            _allocator.Free((void*)block);
            throw;
        }

        return Answer(AppendOrFree(block, size));
    }

    /// <summary>
    /// Moves an event from another queue to the end of this one: without a copy where both have the same allocator. When true is returned
    /// the event is no longer the caller's, as after its disposal.
    /// </summary>
    /// <param name="source">The event; it may come from this queue.</param>
    /// <returns>As for <see cref="TryEnqueue(ReadOnlySpan{byte})"/>; when false, the event is the caller's as before.</returns>
    /// <exception cref="ArgumentException">
    /// The event is larger than <see cref="SlabEventQueueOptions.ByteCapacity"/>: it would never fit.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The event or the queue is disposed.</exception>
    public bool TryEnqueue(SlabEvent source)
    {
        return Answer(EnqueueMoved(source));
    }

    /// <summary>Takes the oldest event out, without waiting.</summary>
    /// <param name="item">The event, which the caller has to dispose; the default when there is none.</param>
    /// <returns>False when the queue is empty.</returns>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    public bool TryDequeue(out SlabEvent item)
    {
        EventSegment* finished = null;
        TakeStatus status;
        do
        {
            SideLock.Enter(&_ring->Head.Lock, _os);
            status = Take(out item, ref finished);
            SideLock.Exit(&_ring->Head.Lock);
        }
        while (status == TakeStatus.NeedsLeases && AddLeases());

        // Acquire, and behind the take: see EventRing.Signals.
        return finished == null && status == TakeStatus.Taken && (Atomic.LoadAcquire(&_ring->Signals) & MatterToReaders) == 0
            ? true
            : FinishTake(finished, status == TakeStatus.Taken);
    }

    /// <summary>
    /// Takes the oldest events out, as many as there are and fit, without waiting. Give them back with
    /// <see cref="SlabEvent.DisposeBatch"/>: their memory is freed in one batch then.
    /// </summary>
    /// <param name="items">Where the events go, which the caller has to dispose. What was there before is overwritten, not disposed.</param>
    /// <returns>How many events were taken; 0 when the queue is empty.</returns>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    public int TryDequeueBatch(Span<SlabEvent> items)
    {
        EventSegment* finished = null;
        TakeStatus status;
        int count = 0;
        do
        {
            status = TakeStatus.Empty;
            SideLock.Enter(&_ring->Head.Lock, _os);
            while (count < items.Length && (status = Take(out items[count], ref finished)) == TakeStatus.Taken)
            {
                count++;
            }

            SideLock.Exit(&_ring->Head.Lock);
        }
        while (status == TakeStatus.NeedsLeases && AddLeases(isNeeded: count == 0));

        FinishTake(finished, count != 0);
        return count;
    }

    /// <summary>Whether the queue's disposal took the memory of the events that were out.</summary>
    internal bool HasGoneWithMemory => Volatile.Read(ref _isDisposed) && (_ownsAllocator || _allocator.IsDisposed);

    /// <summary>Frees the block of an event that was held.</summary>
    internal void FreeHeld(nint block)
    {
        _allocator.Free((void*)block);
        LookBehindFree();
    }

    /// <inheritdoc cref="FreeHeld(nint)"/>
    internal void FreeHeld(ReadOnlySpan<nint> blocks)
    {
        if (!blocks.IsEmpty)
        {
            _allocator.FreeBatch(blocks);
            LookBehindFree();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Answer(EnqueueStatus status)
    {
        switch (status)
        {
            case EnqueueStatus.Done:
                return true;
            case EnqueueStatus.Closed:
                ThrowIfDisposed();
                return false;
            default:
                if (Options.FullMode != EventQueueFullMode.Wait)
                {
                    // A counter; it orders nothing.
                    Interlocked.Increment(ref _dropped);
                }

                return false;
        }
    }

    private long Read(long* figure)
    {
        // Acquire: in one piece.
        long value = Atomic.LoadAcquire(figure);
        GC.KeepAlive(this);
        return value;
    }

    private static void ThrowLargerThanCapacity(long bytes, string parameter) =>
        throw new ArgumentException($"The event has {bytes} bytes, more than the queue's {nameof(SlabEventQueueOptions.ByteCapacity)}: it would never fit.", parameter);

    private static SlabAllocatorOptions OwnAllocatorOptions(SlabEventQueueOptions options)
    {
        SlabAllocatorOptions own = options.AllocatorOptions ?? SlabAllocatorOptions.Default;
        return own with { Name = own.Name ?? options.Name };
    }
}
