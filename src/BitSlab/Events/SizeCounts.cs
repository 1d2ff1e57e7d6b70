using System;

namespace BitSlab.Events;

/// <summary>How often each length was enqueued. Under the lock of the queue's tail.</summary>
internal sealed class SizeCounts
{
    private const int FirstLength = 1_025;

    private long[] _counts = new long[FirstLength];

    public void Add(int length)
    {
        if ((uint)length >= (uint)_counts.Length)
        {
            AddSlow(length);
            return;
        }

        _counts[length]++;
    }

    /// <summary>Those up to <see cref="SizeHistogram.MaxSize"/>, and the number of larger ones.</summary>
    public (SizeHistogram Sizes, long Larger) Copy()
    {
        SizeHistogram sizes = new();
        int last = Math.Min(_counts.Length - 1, SizeHistogram.MaxSize);
        for (int size = 0; size <= last; size++)
        {
            sizes.Add(size, _counts[size]);
        }

        return (sizes, _counts.Length > SizeHistogram.MaxSize + 1 ? _counts[^1] : 0);
    }

    // The last entry of a full table is for all that is larger.
    private void AddSlow(int length)
    {
        int index = Math.Min(length, SizeHistogram.MaxSize + 1);
        if (index >= _counts.Length)
        {
            Array.Resize(ref _counts, Math.Min(Math.Max(index + 1, _counts.Length * 2), SizeHistogram.MaxSize + 2));
        }

        _counts[index]++;
    }
}
