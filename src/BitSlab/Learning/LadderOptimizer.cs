using System;
using System.Runtime.InteropServices;

namespace BitSlab.Learning;

/// <summary>
/// The block sizes that waste least: of all ways to cut ascending sizes into so many runs, each served by its largest size, the cheapest.
/// Exact, by dynamic programming.
/// </summary>
/// <remarks>
/// The cost of a run from i (exclusive) to j is size(j) × requests(i, j), which has the quadrangle property: with both factors growing, two
/// overlapping runs cost no more than one within the other. So the best last cut moves to the right as the end does, and each layer of the
/// table is filled by divide and conquer (Yao, "Efficient dynamic programming using quadrangle inequalities", 1980): O(k · n · log n) steps
/// and k · n cells for n sizes and k classes. The cells are native memory, which is gone afterwards: learning goes on beside a program for which
/// memory matters.
/// </remarks>
internal readonly unsafe ref struct LadderOptimizer
{
    // More than any cut costs; a run can be added to it.
    private const long Impossible = long.MaxValue / 2;

    private readonly ReadOnlySpan<int> _sizes;

    // Requests of all sizes before an index.
    private readonly long* _before;

    // Where the last run before an end may begin at the earliest: behind the last size that is a block size in any case.
    private readonly ReadOnlySpan<ushort> _earliest;

    private LadderOptimizer(ReadOnlySpan<int> sizes, long* before, ReadOnlySpan<ushort> earliest)
    {
        _sizes = sizes;
        _before = before;
        _earliest = earliest;
    }

    /// <summary>The best block sizes, ascending; fewer than asked for where more would save nothing.</summary>
    /// <param name="sizes">Ascending, from 1 to 2^15.</param>
    /// <param name="requests">How often each size is asked for; in all below 2^46.</param>
    /// <param name="required">
    /// Which sizes are block sizes in any case, being wanted with an alignment: a cut behind each, which leaves the rest as it is. When they are more than half of the classes none is.
    /// </param>
    /// <param name="classes">The most classes, at least 1.</param>
    /// <param name="alignment">All block sizes are multiples of it: a power of two.</param>
    /// <param name="largest">What the last class holds at least, and no size is above.</param>
    public static int[] Optimize(
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> requests, ReadOnlySpan<bool> required, int classes, int alignment, int largest)
    {
        int[] blocks = new int[sizes.Length + 1];
        ushort[] earliest = new ushort[sizes.Length + 2];
        bool keepsRequired = required.Count(true) <= classes / 2;
        int requiredEnd = 0;
        long* before = (long*)NativeMemory.Alloc((nuint)sizes.Length + 2, sizeof(long));
        try
        {
            int count = 0;
            before[0] = 0;
            for (int i = 0; i <= sizes.Length; i++)
            {
                // Nobody has to ask for the largest.
                (int size, long times) = i < sizes.Length ? (sizes[i], requests[i]) : (largest, 0);
                int block = (size + alignment - 1) & -alignment;
                if (count == 0 || blocks[count - 1] != block)
                {
                    blocks[count++] = block;
                    before[count] = before[count - 1];
                    earliest[count] = (ushort)requiredEnd;
                }

                before[count] += times;
                requiredEnd = keepsRequired && i < sizes.Length && required[i] ? count : requiredEnd;
            }

            return new LadderOptimizer(blocks.AsSpan(0, count), before, earliest).Cut(Math.Min(classes, count));
        }
        finally
        {
            NativeMemory.Free(before);
        }
    }

    private int[] Cut(int layers)
    {
        int count = _sizes.Length;
        nuint row = (nuint)count + 1;

        // By layer and end: where the last run of the cheapest cut begins. Of its bytes the last two layers are enough.
        ushort* cuts = (ushort*)NativeMemory.Alloc(row * (nuint)layers, sizeof(ushort));
        long* bytes = (long*)NativeMemory.Alloc(row * 2, sizeof(long));
        try
        {
            long* next = bytes + row;
            long* last = bytes;
            for (int end = 1; end <= count; end++)
            {
                last[end] = _earliest[end] == 0 ? RunBytes(0, end) : Impossible;
                cuts[end] = 0;
            }

            // Where more classes gain nothing, fewer serve as well.
            int best = 0;
            long least = last[count];
            for (int layer = 1; layer < layers; layer++)
            {
                // So many runs need as many sizes.
                Fill(last, next, cuts + ((nuint)layer * row), layer + 1, count, layer, count - 1);
                long* filled = next;
                next = last;
                last = filled;
                (best, least) = last[count] < least ? (layer, last[count]) : (best, least);
            }

            int[] ladder = new int[best + 1];
            int to = count;
            for (int layer = best; layer >= 0; layer--)
            {
                ladder[layer] = _sizes[to - 1];
                to = cuts[((nuint)layer * row) + (nuint)to];
            }

            return ladder;
        }
        finally
        {
            NativeMemory.Free(cuts);
            NativeMemory.Free(bytes);
        }
    }

    private long RunBytes(int from, int end) => _sizes[end - 1] * (_before[end] - _before[from]);

    // The ends from first to last, whose best cuts lie between two. Recurses to the depth of log n.
    private void Fill(long* last, long* next, ushort* cuts, int firstEnd, int lastEnd, int leftmost, int rightmost)
    {
        if (firstEnd > lastEnd)
        {
            return;
        }

        int end = (firstEnd + lastEnd) / 2;
        long best = Impossible;
        int bestCut = Math.Max(leftmost, Math.Min(rightmost, _earliest[end]));
        for (int cut = Math.Max(leftmost, _earliest[end]); cut <= Math.Min(rightmost, end - 1); cut++)
        {
            long bytes = last[cut] + RunBytes(cut, end);
            if (bytes < best)
            {
                (best, bestCut) = (bytes, cut);
            }
        }

        next[end] = best;
        cuts[end] = (ushort)bestCut;
        Fill(last, next, cuts, firstEnd, end - 1, leftmost, bestCut);
        Fill(last, next, cuts, end + 1, lastEnd, bestCut, rightmost);
    }
}
