using System.Collections.Concurrent;
using System.Threading;

namespace BitSlab.Buffers;

/// <summary>
/// Segments at rest, for all chains: a segment that was given back refuses until so many others were given back behind it. So who still holds
/// memory that has gone is told, and taking segments leaves nothing on the garbage-collected heap.
/// </summary>
internal static class SegmentPool
{
    /// <summary>As many rest before one is used again.</summary>
    public const int Resting = 1024;

    // A burst that holds more gives the others to the collector: 100 bytes each.
    private const int Most = 8 * Resting;

    private static readonly ConcurrentQueue<ChainSegment> s_segments = new();
    private static int s_count;

    public static ChainSegment Take()
    {
        // A look: the number is a guess until it is counted down. Segments come through the queue, which orders their contents.
        if (Volatile.Read(ref s_count) > Resting)
        {
            // Counted out first: threads that take at once leave the number at rest.
            if (Interlocked.Decrement(ref s_count) >= Resting && s_segments.TryDequeue(out ChainSegment? segment))
            {
                return segment;
            }

            // A counter: takes back what was counted out in vain; it orders nothing.
            Interlocked.Increment(ref s_count);
        }

        return new ChainSegment();
    }

    public static void Return(ChainSegment segment)
    {
        segment.Close();

        // A look: threads that return at once may exceed the number by one each.
        if (Volatile.Read(ref s_count) < Most)
        {
            s_segments.Enqueue(segment);

            // Counted behind the queue: who counts it out finds it there.
            Interlocked.Increment(ref s_count);
        }
    }
}
