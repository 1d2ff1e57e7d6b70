using System;

namespace BitSlab.Learning;

/// <summary>
/// The block sizes that waste least: of all ways to cut ascending sizes into so many runs, each served by its largest size, the cheapest.
/// Exact, by dynamic programming.
/// </summary>
/// <remarks>
/// The cost of a run from i (exclusive) to j is size(j) × requests(i, j), which has the quadrangle property: with both factors growing, two
/// overlapping runs cost no more than one within the other. So the best last cut moves to the right as the end does, and each layer of the
/// table is filled by divide and conquer (Yao, "Efficient dynamic programming using quadrangle inequalities", 1980): O(k · n · log n) steps
/// and k · n cells for n sizes and k classes.
/// </remarks>
internal sealed class LadderOptimizer
{
    private readonly int[] _sizes;

    // Requests of all sizes before an index.
    private readonly long[] _before;

    // By layer: for each end the bytes of the cheapest cut of all before it, and where its last run begins.
    private readonly int[][] _cuts;
    private readonly long[] _totals;
    private long[] _bytes;

    /// <summary>Finds the best cuts into 1 to <paramref name="classes"/> runs.</summary>
    /// <param name="sizes">Ascending, above 0. The last is a block size of each ladder.</param>
    /// <param name="requests">How often each size is asked for. Their sum times the largest size is below 2^62.</param>
    /// <param name="classes">The most classes, at least 1.</param>
    public LadderOptimizer(int[] sizes, long[] requests, int classes)
    {
        int count = sizes.Length;
        int layers = Math.Min(classes, count);
        _sizes = sizes;
        _before = new long[count + 1];
        for (int i = 0; i < count; i++)
        {
            _before[i + 1] = _before[i] + requests[i];
        }

        _cuts = new int[layers][];
        _totals = new long[layers];
        _bytes = new long[count + 1];
        for (int end = 1; end <= count; end++)
        {
            _bytes[end] = RunBytes(0, end);
        }

        _cuts[0] = new int[count + 1];
        _totals[0] = _bytes[count];
        for (int layer = 1; layer < layers; layer++)
        {
            _cuts[layer] = new int[count + 1];
            long[] next = new long[count + 1];

            // So many runs need as many sizes.
            Fill(_cuts[layer], next, layer + 1, count, layer, count - 1);
            _bytes = next;
            _totals[layer] = next[count];
        }

        // Where more classes gain nothing, fewer serve as well.
        int best = Array.IndexOf(_totals, _totals[layers - 1]);
        BlockSizes = Reconstruct(best);
        TotalBytes = _totals[best];
    }

    /// <summary>The block sizes of the best ladder, ascending.</summary>
    public int[] BlockSizes { get; }

    /// <summary>The bytes of all blocks that serve the requests.</summary>
    public long TotalBytes { get; }

    private long RunBytes(int from, int end) => _sizes[end - 1] * (_before[end] - _before[from]);

    // The ends from first to last, whose best cuts lie between two. Recurses to the depth of log n.
    private void Fill(int[] cuts, long[] next, int first, int last, int leftmost, int rightmost)
    {
        if (first > last)
        {
            return;
        }

        int end = (first + last) / 2;
        long best = long.MaxValue;
        for (int cut = leftmost; cut <= Math.Min(rightmost, end - 1); cut++)
        {
            long bytes = _bytes[cut] + RunBytes(cut, end);
            if (bytes < best)
            {
                best = bytes;
                cuts[end] = cut;
            }
        }

        next[end] = best;
        Fill(cuts, next, first, end - 1, leftmost, cuts[end]);
        Fill(cuts, next, end + 1, last, cuts[end], rightmost);
    }

    private int[] Reconstruct(int layer)
    {
        int[] ladder = new int[layer + 1];
        int end = _sizes.Length;
        for (int l = layer; l >= 0; l--)
        {
            ladder[l] = _sizes[end - 1];
            end = _cuts[l][end];
        }

        return ladder;
    }
}
