using System.Collections.Concurrent;
using System.Threading;

namespace BitSlab.Threads;

/// <summary>
/// The places of allocators in each thread's table. A place is used again once its allocator is disposed, which has taken the
/// allocator's heaps out of every table.
/// </summary>
internal static class AllocatorSlots
{
    private static readonly ConcurrentQueue<int> Free = new();
    private static int s_last = SlabAllocator.SharedSlot;

    // Atomic: no two have the same number.
    public static int Take() => Free.TryDequeue(out int slot) ? slot : Interlocked.Increment(ref s_last);

    public static void Return(int slot) => Free.Enqueue(slot);
}
