using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Threads;

namespace BitSlab.Buffers;

/// <summary>
/// Blocks for the types that own one: aligned for their elements, tracked where that is wanted, and with the exceptions that users of
/// disposable types expect. Owners are an allocator, null for the shared one, or a <see cref="TrackedBuffer"/>.
/// </summary>
internal static unsafe class BufferBlocks
{
    // The shared allocator's options, as constants on the fast path.
    private const uint MaxSharedBlock = 32_768;
    private const uint SharedAlignment = 16;

    /// <summary>The fast path: null for whatever it does not serve. The size is given less one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Take(SlabAllocator? allocator, nuint last, nuint alignment)
    {
        ThreadHeap* heap = HeapOf(allocator);
        uint limit = allocator == null ? MaxSharedBlock : allocator.BufferLimit;

        // No test for bytes: 1 is a constant.
        if (last >= limit || heap == null
            || (alignment > 1 && alignment > (allocator == null ? SharedAlignment : allocator.MinimumAlignment)))
        {
            return null;
        }

        return Take(heap, last);
    }

    /// <summary>The same on a heap of the calling thread, for a size that slabs serve.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Take(ThreadHeap* heap, nuint last)
    {
        ClassEntry* entry;
        if (last < ThreadHeap.DirectBytes)
        {
            entry = ThreadHeap.EntryFor(heap, last);
        }
        else
        {
            // The first class of those that serve sizes near to this one need not serve it. Without a current slab its entry knows no block
            // size.
            entry = ThreadHeap.Entry(heap, heap->Coarse[last >> ThreadHeap.CoarseShift]);
            if (last >= entry->BlockSize)
            {
                return null;
            }
        }

        LocalAlloc.TryTake(heap, entry, out void* block);
        return block;
    }

    /// <summary>
    /// The fast path back: false for anything but a plain correct free of the thread's own block. Not for a tracked buffer.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFree(object? owner, void* block)
    {
        ThreadHeap* heap = HeapOf(owner as SlabAllocator);
        bool done = LocalFree.TryFree(heap, block, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table);
        GC.KeepAlive(owner);
        return done;
    }

    // The shared allocator's first, whatever the owner: a branch that the profile finds cold would get a slow look at the thread's statics
    // of its own.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ThreadHeap* HeapOf(SlabAllocator? allocator)
    {
        ThreadHeap* heap = ThreadHeaps.t_shared;
        return allocator == null ? heap : ThreadHeaps.Lookup(allocator.Slot);
    }

    /// <summary>The allocator of an owner.</summary>
    public static SlabAllocator AllocatorOf(object? owner)
    {
        if (owner is SlabAllocator allocator)
        {
            return allocator;
        }

        if (owner is TrackedBuffer tracked)
        {
            return tracked.Allocator;
        }

        // What may fail is asked for before the static constructor runs.
        ProcessMemory.Require();
        return SlabAllocator.Shared;
    }

    /// <summary>The bytes of so many elements. Not for a negative count.</summary>
    public static nuint BytesOf<T>(int length)
        where T : unmanaged => (nuint)(uint)length * (nuint)sizeof(T);

    public static void* Allocate(SlabAllocator allocator, nuint bytes, nuint alignment, bool zeroed)
    {
        if (alignment <= (nuint)allocator.Options.MinimumAlignment)
        {
            return zeroed ? allocator.AllocZeroed(bytes) : allocator.Alloc(bytes);
        }

        void* block = allocator.AlignedAlloc(bytes, alignment);
        if (zeroed)
        {
            NativeMemory.Clear(block, bytes);
        }

        return block;
    }

    /// <summary>Begins to track a block that was allocated just now; frees it when that fails.</summary>
    public static TrackedBuffer Track(BufferTracker tracker, Type type, int length, void* block)
    {
        try
        {
            return tracker.Begin(type, length, tracker.Allocator.GetUsableSize(block));
        }
        catch
        {
            tracker.Allocator.Free(block);
            throw;
        }
    }

    /// <summary>A block of another size with the old contents. The old block stays when it throws.</summary>
    public static void* Resize(SlabAllocator allocator, void* block, nuint bytes, nuint alignment)
    {
        try
        {
            return allocator.AlignedRealloc(block, bytes, alignment);
        }
        catch (InvalidBlockException refusal)
        {
            throw Gone(refusal);
        }
    }

    /// <summary>
    /// A block of the smallest class that serves a smaller size, where <see cref="Resize"/> would leave up to half of it unused. The old
    /// one where no smaller one is to be had.
    /// </summary>
    public static void* Shrink(SlabAllocator allocator, void* block, nuint bytes, nuint alignment)
    {
        nuint before = UsableSize(allocator, block);
        void* resized = Resize(allocator, block, bytes, alignment);
        if (resized != block || UsableSize(allocator, resized) < before
            || alignment > (nuint)allocator.Options.MinimumAlignment || !allocator.TryAlloc(bytes, out void* smaller))
        {
            return resized;
        }

        if (UsableSize(allocator, smaller) >= before)
        {
            allocator.Free(smaller);
            return block;
        }

        NativeMemory.Copy(block, smaller, bytes);
        allocator.Free(block);
        return smaller;
    }

    /// <summary>Frees a block of any owner, whose version is 0 or a tracked buffer's.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Free(object? owner, int version, void* block)
    {
        if (owner is TrackedBuffer tracked && !tracked.TryEnd(version))
        {
            if (!tracked.IsGoneWithAllocator)
            {
                tracked.ThrowDisposed(version);
            }

            return;
        }

        SlabAllocator allocator = AllocatorOf(owner);
        if (allocator.IsDisposed)
        {
            return;
        }

        try
        {
            allocator.Free(block);
        }
        catch (InvalidBlockException refusal)
        {
            throw Gone(refusal);
        }
    }

    public static nuint UsableSize(SlabAllocator allocator, void* block)
    {
        try
        {
            return allocator.GetUsableSize(block);
        }
        catch (InvalidBlockException refusal)
        {
            throw Gone(refusal);
        }
    }

    /// <summary>How many elements a block holds, as far as they can be counted.</summary>
    public static int CapacityOf<T>(SlabAllocator allocator, void* block)
        where T : unmanaged => (int)nuint.Min(UsableSize(allocator, block) / (nuint)sizeof(T), int.MaxValue);

    /// <summary>Throws unless a tracked buffer lives, and is at this version.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Require(object? owner, int version)
    {
        if (owner is not TrackedBuffer tracked)
        {
            ThrowHelper.ThrowBufferDisposed();
        }
        else if (!tracked.IsAt(version))
        {
            tracked.ThrowDisposed(version);
        }
    }

    /// <summary>Takes a tracked buffer away from all copies but the one that asks.</summary>
    public static TrackedBuffer Claim(object? owner, ref int version)
    {
        Require(owner, version);
        TrackedBuffer tracked = (TrackedBuffer)owner!;
        if (!tracked.TryAdvance(ref version))
        {
            tracked.ThrowDisposed(version);
        }

        return tracked;
    }

    private static ObjectDisposedException Gone(InvalidBlockException refusal) =>
        new("The buffer's memory is free already: a copy of it was disposed or resized, or the allocator was reset.", refusal);
}
