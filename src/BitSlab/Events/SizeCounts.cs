using System;

namespace BitSlab.Events;

/// <summary>
/// How often each length was enqueued. Counted under the lock of the queue's tail, under which nothing is allocated: who brings a length
/// beyond <see cref="Limit"/> lets the table grow first.
/// </summary>
internal sealed class SizeCounts
{
    private const int FirstLength = 1_025;

    // The last entry of a full table is for all that is larger.
    private const int FullLength = SizeHistogram.MaxSize + 2;

    private long[] _counts = new long[FirstLength];

    /// <summary>Lengths below this can be counted. Grows only; may be read by anybody.</summary>
    public int Limit
    {
        get
        {
            int length = _counts.Length;
            return length == FullLength ? int.MaxValue : length;
        }
    }

    /// <summary>Counts a length below the limit.</summary>
    public void Add(int length)
    {
        long[] counts = _counts;
        counts[(uint)length < (uint)counts.Length ? length : counts.Length - 1]++;
    }

    /// <summary>A table for lengths up to this one, to be handed to <see cref="Replace"/>. Outside the lock.</summary>
    public long[] MakeTable(int length) =>
        new long[Math.Min(Math.Max(Math.Min(length, FullLength) + 1, _counts.Length * 2), FullLength)];

    /// <summary>Goes on in a larger table, unless another was faster.</summary>
    public void Replace(long[] table)
    {
        if (table.Length > _counts.Length)
        {
            _counts.CopyTo(table, 0);
            _counts = table;
        }
    }

    /// <summary>A table that the counts fit into now. Outside the lock.</summary>
    public long[] MakeCopy() => new long[_counts.Length];

    /// <summary>False when the counts have grown since the copy was made.</summary>
    public bool TryCopyTo(long[] copy)
    {
        bool fits = copy.Length == _counts.Length;
        if (fits)
        {
            _counts.CopyTo(copy, 0);
        }

        return fits;
    }

    /// <summary>What a copy says: lengths up to <see cref="SizeHistogram.MaxSize"/>, and the number of larger ones.</summary>
    public static (SizeHistogram Sizes, long Larger) Read(long[] copy)
    {
        SizeHistogram sizes = new();
        int end = Math.Min(copy.Length, FullLength - 1);
        for (int size = 0; size < end; size++)
        {
            sizes.Add(size, copy[size]);
        }

        return (sizes, copy.Length == FullLength ? copy[^1] : 0);
    }
}
