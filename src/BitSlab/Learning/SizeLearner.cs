using System;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Core;

namespace BitSlab.Learning;

/// <summary>
/// Fits an allocator's size classes to the sizes that its heaps sample. What changes the classes is called under the allocator's gate.
/// </summary>
internal sealed unsafe class SizeLearner : IDisposable
{
    /// <summary>How many allocations of a heap are counted in one go.</summary>
    public const int BurstLength = 1_024;

    /// <summary>Fewer tell too little.</summary>
    public const long FewestSamples = 4 * BurstLength;

    /// <summary>What a change saves at least, as a share of what is wasted, and in bytes per allocation: below it is not worth old slabs.</summary>
    public const double LeastShare = 1.0 / 10;

    public const double LeastBytes = 0.2;

    // What is counted beyond makes all that was counted before count half. It doubles with each change that was not among the first: a load that
    // alternates, however slowly, is seen as a whole in the end, and served by one ladder.
    private const long FirstMemory = 8 * FewestSamples;
    private const long LastMemory = FirstMemory << 10;

    // Counts are whole numbers to the optimiser; what stands for sizes not seen yet is less than one.
    private const long Scale = 256;

    private const long UnseenPart = 8;

    private readonly Lock _lock = new();
    private readonly Allocator* _allocator;
    private readonly string? _name;
    private readonly int _classes;
    private readonly int[] _defaultSizes;
    private readonly long* _samples;
    private readonly uint _sizes;

    private long _memory = FirstMemory;
    private long _judged;
    private long _forgotten;
    private bool _isFrozen;
    private int _changes;
    private double? _waste;
    private double? _wasteBefore;
    private double? _wasteAfter;

    /// <param name="allocator">An allocator that has no heaps yet.</param>
    /// <param name="name">Its name, for the event.</param>
    /// <param name="defaultSizes">The block sizes of its default ladder: a learned one has as many at most.</param>
    public SizeLearner(Allocator* allocator, string? name, int[] defaultSizes)
    {
        _allocator = allocator;
        _name = name;
        _defaultSizes = defaultSizes;
        _classes = Math.Min(defaultSizes.Length, SizeClassProfile.MaxClasses);
        _sizes = (uint)defaultSizes[^1];
        _samples = (long*)NativeMemory.AllocZeroed(_sizes, sizeof(long));
        allocator->Samples = _samples;
        allocator->BurstLength = BurstLength;
    }

    public SizingStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return new SizingStatistics
                {
                    State = _isFrozen ? SizingState.Frozen : _waste == null ? SizingState.TooFewSamples : SizingState.Learning,
                    Classes = _allocator->Ladder.Count,
                    Samples = Counted() + _forgotten,
                    Changes = _changes,
                    ExpectedWaste = _waste,
                    WasteBeforeChange = _wasteBefore,
                    WasteAfterChange = _wasteAfter,
                };
            }
        }
    }

    /// <summary>The samples, older ones at less than they were.</summary>
    public SizeHistogram Histogram
    {
        get
        {
            SizeHistogram histogram = new();
            for (uint i = 0; i < _sizes; i++)
            {
                histogram.Add((int)i + 1, Atomic.LoadAcquire(_samples + i));
            }

            return histogram;
        }
    }

    /// <summary>Looks at what was counted since the last call, and changes the classes where that pays.</summary>
    public void Step()
    {
        lock (_lock)
        {
            long counted = Counted();
            if (_isFrozen || counted < FewestSamples || counted + _forgotten - _judged < BurstLength)
            {
                return;
            }

            _judged = counted + _forgotten;
            Judge();
            if (counted > _memory)
            {
                Forget();
            }
        }
    }

    /// <summary>Ends learning; bursts that have begun run out.</summary>
    public void Freeze()
    {
        lock (_lock)
        {
            _isFrozen = true;
            _allocator->BurstLength = 0;
        }
    }

    /// <summary>When the allocator has ended: no heap counts any more.</summary>
    public void Dispose() => NativeMemory.Free(_samples);

    private void Judge()
    {
        SizeHistogram expected = Expected();
        int[] current = new int[_allocator->Ladder.Count];
        for (int c = 0; c < current.Length; c++)
        {
            current[c] = _allocator->Ladder.BlockSizes[c];
        }

        SizeClassProfile best = SizeClassProfile.Optimize(
            expected, _classes, (int)_allocator->MinimumAlignment, Math.Min((int)_sizes, SizeHistogram.MaxSize));
        double before = expected.WastePerRequest(current);
        double after = expected.WastePerRequest(best.BlockSizes);
        _waste = before;
        if (before - after < Math.Max(LeastShare * before, LeastBytes))
        {
            return;
        }

        SizeLadder ladder = default;
        foreach (int size in best.BlockSizes)
        {
            SizeLadder.Add(&ladder, (uint)size);
        }

        LadderChange.Publish(_allocator, &ladder);
        if (Counted() > _memory / 2)
        {
            _memory = Math.Min(_memory * 2, LastMemory);
        }

        _changes++;
        _waste = after;
        _wasteBefore = before;
        _wasteAfter = after;
        SizingEvents.Log.ClassesChanged(_name ?? string.Empty, ladder.Count, before, after, Counted() + _forgotten);
    }

    // What may be asked for next: what was, and what was not yet. The chance that the next size is one never seen is about the share of those seen once
    // (Good, "The population frequencies of species and the estimation of population parameters", 1953). Most of these are near others. An
    // eighth of it, spread evenly over the default ladder, keeps the classes from leaving wide gaps where a small sample had nothing; on the
    // traces of docs/size-classes.md more takes classes from the sizes that come, and less leaves the gaps.
    private SizeHistogram Expected()
    {
        SizeHistogram expected = new();
        long once = 1;
        for (uint i = 0; i < _sizes; i++)
        {
            long count = Atomic.LoadAcquire(_samples + i);
            once += count == 1 ? 1 : 0;
            expected.Add((int)i + 1, count * Scale);
        }

        foreach (int size in _defaultSizes)
        {
            expected.Add(size, Math.Max(1, once * Scale / UnseenPart / _defaultSizes.Length));
        }

        return expected;
    }

    private long Counted()
    {
        long sum = 0;
        for (uint i = 0; i < _sizes; i++)
        {
            sum += Atomic.LoadAcquire(_samples + i);
        }

        return sum;
    }

    private void Forget()
    {
        for (uint i = 0; i < _sizes; i++)
        {
            long half = Atomic.LoadAcquire(_samples + i) / 2;
            Atomic.Add(_samples + i, -half);
            _forgotten += half;
        }
    }
}
