using System;
using System.Collections.Generic;
using BitSlab.Buffers;

namespace BitSlab;

/// <content>What the buffer types need of an allocator.</content>
public sealed partial class SlabAllocator
{
    /// <summary>
    /// Raised when an allocator with <see cref="SlabAllocatorOptions.TrackBuffers"/> is disposed while buffers of it are not, once all is
    /// given back; on the thread that disposes. What the handler throws comes out of <see cref="Dispose"/>, whose work is done by then: so
    /// a test can be made to fail. The event source <c>BitSlab</c> has the same, one event <c>BufferLeaked</c> for each.
    /// </summary>
    public event EventHandler<BuffersLeakedEventArgs>? BuffersLeaked;

    /// <summary>The sizes, in bytes, that are served from slabs to buffers which are not tracked: where all are, 0.</summary>
    internal uint BufferLimit { get; }

    internal uint MinimumAlignment { get; }

    internal int Slot => _slot;

    /// <summary>No other allocator's, ever; not 0. A heap has it as long as it is this allocator's.</summary>
    internal ulong Number { get; }

    /// <summary>Null without <see cref="SlabAllocatorOptions.TrackBuffers"/>.</summary>
    internal BufferTracker? Tracker { get; }

    /// <summary>
    /// The buffers, boxes and lists of this allocator that are not disposed, with the place of their allocation, the oldest first. May run
    /// beside other calls: what is allocated or disposed meanwhile may or may not be seen.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The allocator does not track buffers: it was made without <see cref="SlabAllocatorOptions.TrackBuffers"/>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public IReadOnlyList<SlabLiveBuffer> GetLiveBuffers()
    {
        ThrowIfDisposed();
        return Tracker != null
            ? Tracker.Describe()
            : throw new InvalidOperationException(
                $"The allocator does not track buffers: make it with {nameof(SlabAllocatorOptions.TrackBuffers)}.");
    }

    private void TellLeaks(IReadOnlyList<SlabLiveBuffer> leaked)
    {
        if (leaked.Count != 0)
        {
            BitSlabEvents.Log.Tell(Options.Name, leaked);
            BuffersLeaked?.Invoke(this, new BuffersLeakedEventArgs(leaked));
        }
    }
}
