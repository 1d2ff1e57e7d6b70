using System;
using System.Collections.Generic;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>What a queue has to hold and to say, kept in a plain list of lengths and seeds.</summary>
public sealed class QueueModel(SlabEventQueueOptions options)
{
    private readonly LinkedList<(int Length, uint Seed)> _events = new();
    private long _bytes;
    private long _peakLength;
    private long _peakBytes;
    private long _enqueued;
    private long _enqueuedBytes;
    private long _dropped;

    public int Count => _events.Count;

    private bool Drops => options.FullMode is EventQueueFullMode.DropNewest or EventQueueFullMode.DropOldest;

    public bool HasRoom(int length) => _events.Count < options.Capacity && _bytes + length <= options.ByteCapacity;

    /// <summary>Whether the event comes in.</summary>
    public bool Enqueue(int length, uint seed)
    {
        while (Drops && !HasRoom(length))
        {
            _bytes -= (options.FullMode == EventQueueFullMode.DropOldest ? _events.First! : _events.Last!).Value.Length;
            if (options.FullMode == EventQueueFullMode.DropOldest)
            {
                _events.RemoveFirst();
            }
            else
            {
                _events.RemoveLast();
            }

            _dropped++;
        }

        if (!HasRoom(length))
        {
            _dropped += options.FullMode == EventQueueFullMode.Refuse ? 1 : 0;
            return false;
        }

        _events.AddLast((length, seed));
        _bytes += length;
        _enqueued++;
        _enqueuedBytes += length;
        _peakLength = Math.Max(_peakLength, _events.Count);
        _peakBytes = Math.Max(_peakBytes, _bytes);
        return true;
    }

    public (int Length, uint Seed) Dequeue()
    {
        (int Length, uint Seed) first = _events.First!.Value;
        _events.RemoveFirst();
        _bytes -= first.Length;
        return first;
    }

    public void Agrees(SlabEventQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        Assert.Equal((_events.Count, _bytes), (queue.Length, queue.BytesInFlight));
        Assert.Equal((_peakLength, _peakBytes), (queue.PeakLength, queue.PeakBytesInFlight));
        Assert.Equal((_enqueued, _enqueuedBytes), (queue.EnqueuedCount, queue.EnqueuedBytes));
        Assert.Equal(_dropped, queue.DroppedCount);
        SlabEventObservation seen = queue.Observe();
        Assert.Equal(_enqueued, seen.Sizes.Count + seen.LargerEvents);
    }
}
