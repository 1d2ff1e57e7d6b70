using System.Collections.Concurrent;
using System.Threading;

namespace BitSlab.Buffers;

/// <summary>Empty chains beyond the one that each thread keeps: for threads that hold several, or give back what others took.</summary>
internal static class SharedChains
{
    // Chains of more streams and writers than this, alive at once, are made anew now and then.
    private const int Most = 1024;

    private static readonly ConcurrentQueue<SegmentChain> s_chains = new();
    private static int s_count;

    public static SegmentChain? TryTake()
    {
        // A look, for the usual case that there is none. Chains come through the queue, which orders their contents.
        if (Volatile.Read(ref s_count) == 0 || !s_chains.TryDequeue(out SegmentChain? chain))
        {
            return null;
        }

        // A counter; it orders nothing.
        Interlocked.Decrement(ref s_count);
        return chain;
    }

    public static bool TryAdd(SegmentChain chain)
    {
        // A look: threads that add at once may exceed the number by one each.
        if (Volatile.Read(ref s_count) >= Most)
        {
            return false;
        }

        // Counted before the queue has it: the number is never less than the queue holds, and none is overlooked.
        Interlocked.Increment(ref s_count);
        s_chains.Enqueue(chain);
        return true;
    }
}
