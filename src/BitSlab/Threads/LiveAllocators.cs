using System;
using System.Collections.Concurrent;
using System.Collections.Generic;

namespace BitSlab.Threads;

/// <summary>The allocators that are not disposed, for those who want to see them all. It keeps none of them alive.</summary>
internal static class LiveAllocators
{
    private static readonly ConcurrentDictionary<ulong, WeakReference<SlabAllocator>> s_allocators = new();

    public static IEnumerable<SlabAllocator> All
    {
        get
        {
            foreach (WeakReference<SlabAllocator> entry in s_allocators.Values)
            {
                if (entry.TryGetTarget(out SlabAllocator? allocator))
                {
                    yield return allocator;
                }
            }
        }
    }

    public static void Add(ulong number, SlabAllocator allocator) => s_allocators[number] =
        // Also when its finalizer has run once: it stays as long as blocks live.
        new WeakReference<SlabAllocator>(allocator, trackResurrection: true);

    public static void Remove(ulong number) => s_allocators.TryRemove(number, out _);
}
