using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace BitSlab.Buffers;

/// <summary>The live buffers of an allocator with <see cref="SlabAllocatorOptions.TrackBuffers"/>. Safe on any thread.</summary>
internal sealed class BufferTracker(SlabAllocator allocator)
{
    private readonly ConcurrentDictionary<long, TrackedBuffer> _live = new();
    private long _lastNumber;

    public SlabAllocator Allocator { get; } = allocator;

    /// <summary>Begins to track a buffer, as allocated by the caller's first caller outside of the library.</summary>
    /// <param name="type">The buffer's type, as its user knows it.</param>
    /// <param name="length">Its length in elements.</param>
    /// <param name="bytes">The bytes of its blocks.</param>
    public TrackedBuffer Begin(Type type, long length, nuint bytes)
    {
        long number = Interlocked.Increment(ref _lastNumber);
        TrackedBuffer buffer = new(this, number, type, length, bytes, new StackTrace(skipFrames: 1, fNeedFileInfo: true));
        _live[number] = buffer;
        return buffer;
    }

    public void Forget(TrackedBuffer buffer) => _live.TryRemove(buffer.Number, out _);

    /// <summary>The live buffers, the oldest first.</summary>
    public IReadOnlyList<SlabLiveBuffer> Describe() => [.. from entry in _live.ToArray() orderby entry.Key select entry.Value.Describe()];

    /// <summary>All memory went with the allocator.</summary>
    public void EndAll(bool isReset)
    {
        foreach (TrackedBuffer buffer in _live.Values)
        {
            buffer.EndWithAllocator(isReset);
        }

        _live.Clear();
    }
}
