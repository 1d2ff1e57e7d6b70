using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;

namespace BitSlab.Events;

/// <summary>The queues that are not disposed, for the meter. It keeps none of them alive.</summary>
internal static class LiveQueues
{
    private static readonly ConcurrentDictionary<long, WeakReference<SlabEventQueue>> s_queues = new();
    private static long s_numbers;

    public static IEnumerable<SlabEventQueue> All
    {
        get
        {
            foreach (WeakReference<SlabEventQueue> entry in s_queues.Values)
            {
                if (entry.TryGetTarget(out SlabEventQueue? queue))
                {
                    yield return queue;
                }
            }
        }
    }

    public static long Add(SlabEventQueue queue)
    {
        // Atomic: no two have the same number. The dictionary orders what stands in it.
        long number = Interlocked.Increment(ref s_numbers);
        s_queues[number] = new WeakReference<SlabEventQueue>(queue);
        return number;
    }

    public static void Remove(long number) => s_queues.TryRemove(number, out _);
}
