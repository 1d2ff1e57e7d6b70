using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using BitSlab.Buffers;
using BitSlab.Core;
using BitSlab.Threads;

namespace BitSlab;

/// <content>What the buffer types need of an allocator.</content>
public sealed unsafe partial class SlabAllocator
{
    // The direct limit, or 0 where buffers are tracked: one comparison on the fast path for both.
    private readonly uint _bufferLimit;
    private readonly uint _minimumAlignment;

    /// <summary>
    /// Raised when an allocator with <see cref="SlabAllocatorOptions.TrackBuffers"/> is disposed while buffers of it are not, once all is given back; on the thread that disposes. What
    /// the handler throws comes out of <see cref="Dispose"/>, whose work is done by then: so a test can be made to fail. The event source <c>BitSlab</c> has the same, one event <c>BufferLeaked</c> for each.
    /// </summary>
    public event EventHandler<BuffersLeakedEventArgs>? BuffersLeaked;

    /// <summary>Null without <see cref="SlabAllocatorOptions.TrackBuffers"/>.</summary>
    internal BufferTracker? Tracker { get; }

    /// <summary>
    /// The buffers, boxes and lists of this allocator that are not disposed, with the place of their allocation, the oldest first. May run beside other
    /// calls: what is allocated or disposed meanwhile may or may not be seen.
    /// </summary>
    /// <exception cref="InvalidOperationException">The allocator does not track buffers: it was made without <see cref="SlabAllocatorOptions.TrackBuffers"/>.</exception>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public IReadOnlyList<SlabLiveBuffer> GetLiveBuffers()
    {
        ThrowIfDisposed();
        return Tracker != null
            ? Tracker.Describe()
            : throw new InvalidOperationException($"The allocator does not track buffers: make it with {nameof(SlabAllocatorOptions.TrackBuffers)}.");
    }

    /// <summary>As the fast path of <see cref="Alloc(nuint)"/>, for a size less one and at most so much alignment; false for what it does not serve.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTakeForBuffer(nuint last, nuint alignment, out void* block)
    {
        // No test for bytes: 1 is a constant.
        if (last < _bufferLimit && (alignment <= 1 || alignment <= _minimumAlignment))
        {
            ThreadHeap* heap = ThreadHeaps.Lookup(_slot);
            if (heap != null)
            {
                return LocalAlloc.TryTake(heap, ThreadHeap.EntryFor(heap, last), out block);
            }
        }

        block = null;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ThreadHeap* LookupHeap() => ThreadHeaps.Lookup(_slot);

    private void TellLeaks(IReadOnlyList<SlabLiveBuffer> leaked)
    {
        if (leaked.Count != 0)
        {
            BitSlabEvents.Log.Tell(Options.Name, leaked);
            BuffersLeaked?.Invoke(this, new BuffersLeakedEventArgs(leaked));
        }
    }
}
