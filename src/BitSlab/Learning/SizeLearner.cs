using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Core;

namespace BitSlab.Learning;

/// <summary>
/// Fits an allocator's size classes to the sizes that its heaps sample. All calls but <see cref="Statistics"/> come under the allocator's gate; what
/// takes time stands in <see cref="LadderProposal"/>, and needs none.
/// </summary>
internal sealed unsafe class SizeLearner : IDisposable
{
    /// <summary>How many allocations of a heap are counted in one go.</summary>
    public const int BurstLength = 1_024;

    /// <summary>Fewer tell too little.</summary>
    public const long FewestSamples = 4 * BurstLength;

    /// <summary>What a change saves at least, as a share of what is wasted, and in bytes per allocation: below it is not worth old slabs.</summary>
    public const double LeastShare = 1.0 / 12;

    public const double LeastBytes = 0.15;

    // What is counted beyond makes all that was counted before count half. It doubles when some former classes would serve what is asked for now better
    // than those that are to go: the load alternates, and what it alternates between is to be seen as a whole. A load that drifts does not come back.
    private const long FirstMemory = 16 * FewestSamples;
    private const long LastMemory = FirstMemory << 10;
    private const int MostFormer = 8;

    // Counts are whole numbers to the optimiser; what stands for sizes not seen yet is less than one.
    private const long Scale = 256;

    private const long UnseenPart = 8;

    // New samples of so small a part of all change nothing.
    private const long LookShare = 64;

    private readonly Allocator* _allocator;
    private readonly string? _name;
    private readonly int _classes;
    private readonly int[] _defaultSizes;

    // A copy: solving needs no gate, and the allocator may be disposed meanwhile.
    private readonly int _alignment;
    private readonly SizeSample* _samples;
    private readonly uint _sizes;

    // The block sizes of the last ladders before the one in use.
    private readonly Queue<int[]> _former = new();

    private long _memory = FirstMemory;
    private long _lookedAt;
    private long _forgotten;
    private SizingStatistics _statistics;

    /// <param name="allocator">An allocator that has no heaps yet.</param>
    /// <param name="name">Its name, for the event.</param>
    /// <param name="defaultSizes">The block sizes of its default ladder: a learned one has as many at most.</param>
    public SizeLearner(Allocator* allocator, string? name, int[] defaultSizes)
    {
        _allocator = allocator;
        _name = name;
        _defaultSizes = defaultSizes;
        _alignment = (int)allocator->MinimumAlignment;
        _classes = Math.Min(defaultSizes.Length, SizeClassProfile.MaxClasses);
        _sizes = (uint)defaultSizes[^1];
        _samples = (SizeSample*)NativeMemory.AllocZeroed(_sizes, (nuint)sizeof(SizeSample));
        _statistics = SizingStatistics.Of(SizingState.TooFewSamples, allocator->Ladder.Count);
        allocator->Samples = _samples;
        allocator->BurstLength = BurstLength;
    }

    // Acquire pairs with the releases of the learner's thread: the record is complete.
    public SizingStatistics Statistics => Volatile.Read(ref _statistics) with { Samples = Counted() + _forgotten };

    /// <summary>The samples, older ones at less than they were.</summary>
    public SizeHistogram Histogram
    {
        get
        {
            SizeHistogram histogram = new();
            for (uint i = 0; i < _sizes; i++)
            {
                histogram.Add((int)i + 1, CountOf(i), IsAligned(i));
            }

            return histogram;
        }
    }

    /// <summary>Looks at what was counted since the last look. Null when that is too little.</summary>
    public LadderProposal? Look()
    {
        long counted = Counted();
        if (_statistics.State == SizingState.Frozen || counted < FewestSamples
            || counted + _forgotten - _lookedAt < Math.Max(BurstLength, counted / LookShare))
        {
            return null;
        }

        LadderProposal proposal = Expected();
        _lookedAt = counted + _forgotten;
        if (counted > _memory)
        {
            Forget();
        }

        // Release: who reads the record finds it complete.
        Volatile.Write(ref _statistics, _statistics with { State = SizingState.Learning, ExpectedWaste = proposal.WasteBefore });
        return proposal;
    }

    /// <summary>Works out the best classes for what was seen. Without the gate.</summary>
    public void Solve(LadderProposal proposal)
    {
        // No classes can save more than there is.
        if (proposal.WasteBefore >= LeastBytes)
        {
            proposal.Solve(_classes, _alignment, (int)_sizes);
        }
    }

    /// <summary>Takes the proposed classes where that pays; what to tell then, once the gate is open.</summary>
    public LadderChanged? Adopt(LadderProposal proposal)
    {
        double before = proposal.WasteBefore;
        double after = proposal.WasteAfter;
        if (_statistics.State == SizingState.Frozen || before - after < Math.Max(LeastShare * before, LeastBytes))
        {
            return null;
        }

        SizeLadder ladder = default;
        foreach (int size in proposal.BlockSizes)
        {
            SizeLadder.Add(&ladder, (uint)size);
        }

        foreach (int[] former in _former)
        {
            if (proposal.Waste(former) < before)
            {
                _memory = Math.Min(_memory * 2, LastMemory);
                break;
            }
        }

        _former.Enqueue(Ladders.BlockSizes(&_allocator->Ladder));
        if (_former.Count > MostFormer)
        {
            _former.Dequeue();
        }

        LadderChange.Publish(_allocator, &ladder);

        // Release, and behind the ladder: who sees these figures asks the new classes.
        Volatile.Write(ref _statistics, _statistics with
        {
            Classes = ladder.Count,
            Changes = _statistics.Changes + 1,
            ExpectedWaste = after,
            WasteBeforeChange = before,
            WasteAfterChange = after,
        });
        return new LadderChanged(_name, ladder.Count, before, after, Counted() + _forgotten);
    }

    /// <summary>Ends learning; bursts that have begun run out, and are not counted.</summary>
    public void Freeze()
    {
        _allocator->BurstLength = 0;
        Volatile.Write(ref _statistics, _statistics with { State = SizingState.Frozen });
    }

    /// <summary>When the allocator has ended: no heap counts any more.</summary>
    public void Dispose() => NativeMemory.Free(_samples);

    // What may be asked for next: what was, and what was not yet. The chance that the next size is one never seen is about the share of those seen once
    // (Good, "The population frequencies of species and the estimation of population parameters", 1953). Most of these are near others. An
    // eighth of it, spread evenly over the default ladder, keeps the classes from leaving wide gaps where a small sample had nothing; on the
    // traces of docs/size-classes more takes classes from the sizes that come, and less leaves the gaps.
    private LadderProposal Expected()
    {
        int seen = 0;
        int once = 1;
        for (uint i = 0; i < _sizes; i++)
        {
            long count = CountOf(i);
            seen += count != 0 ? 1 : 0;
            once += count == 1 ? 1 : 0;
        }

        // Heaps go on counting: some size may come up between the two looks.
        long unseen = Math.Max(1, once * Scale / UnseenPart / _defaultSizes.Length);
        List<int> sizes = new(seen + _defaultSizes.Length);
        List<long> requests = new(seen + _defaultSizes.Length);
        List<bool> required = new(seen + _defaultSizes.Length);
        int rung = 0;
        for (uint i = 0; i < _sizes; i++)
        {
            long expected = CountOf(i) * Scale;
            if (_defaultSizes[rung] == i + 1)
            {
                expected += unseen;
                rung++;
            }

            if (expected != 0)
            {
                sizes.Add((int)i + 1);
                requests.Add(expected);
                required.Add(IsAligned(i));
            }
        }

        return new LadderProposal([.. sizes], [.. requests], [.. required], Ladders.BlockSizes(&_allocator->Ladder));
    }

    private long Counted()
    {
        long sum = 0;
        for (uint i = 0; i < _sizes; i++)
        {
            sum += CountOf(i);
        }

        return sum;
    }

    private void Forget()
    {
        for (uint i = 0; i < _sizes; i++)
        {
            // Those seen once go first.
            long half = (CountOf(i) + 1) / 2;
            if (half != 0)
            {
                _forgotten += half;
                Atomic.Add(&_samples[i].Count, -half);
            }
        }
    }

    // Acquire: in one piece. Samples are counted meanwhile; one more or less does not matter.
    private long CountOf(uint i) => Atomic.LoadAcquire(&_samples[i].Count);

    // Acquire: as for the count.
    private bool IsAligned(uint i) => Atomic.LoadAcquire(&_samples[i].IsAligned) != 0 && CountOf(i) != 0;
}
