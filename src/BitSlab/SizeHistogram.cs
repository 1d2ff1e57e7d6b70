using System;
using System.Collections.Generic;
using System.Numerics;

namespace BitSlab;

/// <summary>Which sizes are asked for, and how often: what size classes are made from. Not safe on several threads.</summary>
public sealed class SizeHistogram
{
    /// <summary>The largest size that can be counted, in bytes: the most that size classes serve.</summary>
    public const int MaxSize = 32_768;

    /// <summary>Far more than anybody counts, and little enough that the bytes of all fit a number.</summary>
    internal const long MaxCount = 1L << 45;

    private readonly SortedDictionary<int, long> _counts = [];
    private readonly SortedSet<int> _aligned = [];

    /// <summary>How many requests were counted.</summary>
    public long Count { get; private set; }

    /// <summary>The bytes of all requests that were counted.</summary>
    public long Bytes { get; private set; }

    /// <summary>The sizes in bytes, ascending, each with how often it was asked for.</summary>
    public IReadOnlyCollection<KeyValuePair<int, long>> Sizes => _counts;

    /// <summary>
    /// Those of the sizes that were also asked for with an alignment, to which they were rounded up: what serves them are blocks of just that size, or of
    /// another multiple of the alignment.
    /// </summary>
    public IReadOnlySet<int> AlignedSizes => _aligned;

    /// <summary>Counts requests.</summary>
    /// <param name="size">The size in bytes, 0 to <see cref="MaxSize"/>. 0 counts as 1: it gets a block of the smallest class, too.</param>
    /// <param name="count">How many requests of that size, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size or the count is out of its range, or more than 2^45 requests would be counted in all.</exception>
    public void Add(int size, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount - Count);
        if (count == 0)
        {
            return;
        }

        size = Math.Max(size, 1);
        _counts[size] = _counts.GetValueOrDefault(size) + count;
        Count += count;
        Bytes += size * count;
    }

    /// <summary>Counts requests with an alignment, by their size rounded up to it.</summary>
    /// <param name="size">The size in bytes, at least 0.</param>
    /// <param name="alignment">The alignment in bytes, a power of two, at least 1.</param>
    /// <param name="count">How many requests, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is negative, or above <see cref="MaxSize"/> when rounded up; the alignment is no power of two; the count is negative, or more than 2^45 requests would be counted
    /// in all.
    /// </exception>
    public void AddAligned(int size, int alignment, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        if (alignment is < 1 or > MaxSize || !BitOperations.IsPow2(alignment))
        {
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, $"The alignment must be a power of two from 1 to {MaxSize}.");
        }

        Add((Math.Max(size, 1) + alignment - 1) & -alignment, count, isAligned: true);
    }

    /// <summary>Counts what another histogram has counted.</summary>
    /// <param name="other">The other histogram.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">More than 2^45 requests would be counted in all.</exception>
    public void Add(SizeHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach ((int size, long count) in new List<KeyValuePair<int, long>>(other._counts))
        {
            Add(size, count, other._aligned.Contains(size));
        }
    }

    internal void Add(int size, long count, bool isAligned)
    {
        Add(size, count);
        if (isAligned && count != 0)
        {
            _aligned.Add(size);
        }
    }

    /// <summary>
    /// The mean of what a block has more than was asked for, in bytes per request, where each request gets the smallest block that holds it.
    /// Requests that no block holds do not count; 0 when none is left.
    /// </summary>
    /// <param name="blockSizes">The block sizes in bytes, ascending.</param>
    /// <exception cref="ArgumentNullException"><paramref name="blockSizes"/> is null.</exception>
    /// <exception cref="ArgumentException">The block sizes are not ascending.</exception>
    public double WastePerRequest(IReadOnlyList<int> blockSizes)
    {
        ArgumentNullException.ThrowIfNull(blockSizes);
        for (int i = 1; i < blockSizes.Count; i++)
        {
            if (blockSizes[i] <= blockSizes[i - 1])
            {
                throw new ArgumentException($"blockSizes[{i}] is not above the one before it.", nameof(blockSizes));
            }
        }

        int block = 0;
        long requests = 0;
        double waste = 0;
        foreach ((int size, long count) in _counts)
        {
            while (block < blockSizes.Count && blockSizes[block] < size)
            {
                block++;
            }

            if (block == blockSizes.Count)
            {
                break;
            }

            requests += count;
            waste += (double)(blockSizes[block] - size) * count;
        }

        return requests == 0 ? 0 : waste / requests;
    }
}
