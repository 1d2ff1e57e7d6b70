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
        if (Volatile.Read(ref s_count) == 0 || !s_chains.TryDequeue(out SegmentChain? chain))
        {
            return null;
        }

        Interlocked.Decrement(ref s_count);
        return chain;
    }

    public static bool TryAdd(SegmentChain chain)
    {
        if (Volatile.Read(ref s_count) >= Most)
        {
            return false;
        }

        Interlocked.Increment(ref s_count);
        s_chains.Enqueue(chain);
        return true;
    }
}
