using System;
using System.Globalization;
using System.Numerics;
using BitSlab.Core;
using BitSlab.Learning;

namespace BitSlab;

/// <summary>
/// The parameters of a <see cref="SlabAllocator"/>. They are checked when an allocator is made from them, by its
/// constructor, which names the property that is out of range; <see cref="Validate"/> does so before.
/// </summary>
public sealed record SlabAllocatorOptions
{
    // Before the defaults, which take it. What the collector may use of the machine's memory, or of the container's.
    private static readonly long s_defaultSoftLimit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;

    /// <summary>The default options: what <see cref="SlabMemory"/> runs with.</summary>
    public static SlabAllocatorOptions Default { get; } = new();

    /// <summary>
    /// The parameters of the C++ allocator that BitSlab descends from: sizes up to 1,024 bytes in classes of 16, 1,024
    /// blocks in each slab, larger sizes from the standard malloc.
    /// </summary>
    public static SlabAllocatorOptions Classic { get; } = new()
    {
        MaxManagedBlockSize = 1024,
        ClassGranularity = 16,
        BlocksPerSlab = 1024,
        UseMallocForLarge = true,
    };

    /// <summary>
    /// The largest size served from slabs, 64 to 32,768 bytes. Larger blocks take whole 64 KiB slices or come from the
    /// operating system. Default 32,768, the maximum: real programs ask for 1 to 10 % of their blocks between 1 and
    /// 32 KiB, and a slab serves them at a fraction of the cost.
    /// </summary>
    public int MaxManagedBlockSize { get; init; } = 32_768;

    /// <summary>
    /// The step between size classes up to 1 KiB in bytes, a power of two from 1 to 256; raised to
    /// <see cref="MinimumAlignment"/> where that is larger. Above 1 KiB classes grow by an eighth of a power of two.
    /// Default 16: every multiple of the default alignment has a class, which wastes 7.5 bytes of a block on average.
    /// </summary>
    public int ClassGranularity { get; init; } = 16;

    /// <summary>
    /// How many blocks a slab holds, 64 to 4,096, cut so that a slab fits a 4 MiB chunk; or 0, the default, to have the
    /// number chosen by the block size: one 64 KiB slice for blocks up to 1 KiB, more slices above, so that little is
    /// left over at a slab's end and few threads hold much unused memory.
    /// </summary>
    public int BlocksPerSlab { get; init; }

    /// <summary>
    /// The alignment of every block in bytes, a power of two from 1 to 4,096. Default 16: what malloc gives on 64-bit
    /// systems, and what the widest common vector loads need.
    /// </summary>
    public int MinimumAlignment { get; init; } = 16;

    /// <summary>
    /// Size classes of one's own, made for the sizes that the program asks for; above the largest of them those of the default go on to
    /// <see cref="MaxManagedBlockSize"/>. All must be multiples of <see cref="MinimumAlignment"/>, and not above
    /// <see cref="MaxManagedBlockSize"/> rounded up to it. Default null: steps of <see cref="ClassGranularity"/>.
    /// </summary>
    public SizeClassProfile? SizeClasses { get; init; }

    /// <summary>
    /// Whether the size classes follow the sizes that are asked for, from those of <see cref="SizeClasses"/> or the default on.
    /// Default <see cref="AdaptiveSizing.Off"/>.
    /// </summary>
    public AdaptiveSizing Adaptive { get; init; }

    /// <summary>
    /// The most bytes that the allocator may have committed, its own metadata and its children's bytes included; at least 1. Default
    /// <see cref="long.MaxValue"/>, no limit: a process-wide default would be a guess.
    /// </summary>
    public long MemoryLimit { get; init; } = long.MaxValue;

    /// <summary>
    /// The committed bytes above which the allocator should shrink; at least 1. An allocation that is about to cross it first runs
    /// <see cref="SoftLimitCallback"/>, or, without one, trims. Default 75 % of the memory that the garbage collector reports as available,
    /// in the container where there is one.
    /// </summary>
    public long SoftLimit { get; init; } = s_defaultSoftLimit;

    /// <summary>
    /// Called on the allocating thread when its allocation is about to cross <see cref="SoftLimit"/>, once for each crossing: not again
    /// before the committed bytes were below. No lock is held: it may free, allocate, and trim. What it throws comes out of the allocation,
    /// which then has changed nothing. Default none: the allocator trims.
    /// </summary>
    public Action<SlabAllocator>? SoftLimitCallback { get; init; }

    /// <summary>
    /// Whether blocks above <see cref="MaxManagedBlockSize"/> come from the C library's malloc, as in the original.
    /// Default false: slices and the operating system give memory back more surely and cost no look-up table.
    /// </summary>
    public bool UseMallocForLarge { get; init; }

    /// <summary>
    /// Whether memory that lies idle goes back to the operating system by itself, within 10 seconds after it was freed. Default true.
    /// What <see cref="SlabAllocator.Trim"/> gives back, and what is given back at a limit or under memory pressure, does not depend on it.
    /// </summary>
    public bool IdleGiveBack { get; init; } = true;

    /// <summary>Huge pages behind the allocator's chunks. Default <see cref="BitSlab.HugePages.Automatic"/>.</summary>
    public HugePages HugePages { get; init; }

    /// <summary>
    /// Bytes to commit and touch when the allocator is made, rounded up to chunks of 4 MiB: what then allocates from them takes no page
    /// fault. They stay resident while idle, until <see cref="SlabAllocator.Trim"/>. More than the garbage collector reports as available
    /// is refused as out of memory. Default 0.
    /// </summary>
    public long Prefault { get; init; }

    /// <summary>
    /// Whether each <see cref="SlabBuffer{T}"/>, <see cref="SlabBox{T}"/> and <see cref="SlabList{T}"/> of the allocator is followed from
    /// its allocation to its disposal: use after disposal, and a second disposal through a copy, are then found exactly, and what was not
    /// disposed is listed by <see cref="SlabAllocator.GetLiveBuffers"/> and <see cref="SlabAllocator.BuffersLeaked"/>, each with the place
    /// of allocation. For tests and the search for leaks: an allocation then takes some microseconds, and some kilobytes of the
    /// garbage-collected heap. Default false.
    /// </summary>
    public bool TrackBuffers { get; init; }

    /// <summary>A name for messages and statistics. Default none.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Options for a queue of events like one that was observed: the size classes that waste least on its sizes, as many as pay at its mean
    /// length and at its peak, which weigh alike. A class costs a slab, in part unused; it saves bytes in each event that lies in the
    /// queue.
    /// </summary>
    /// <param name="observation">What <see cref="SlabEventQueue.Observe"/> told.</param>
    /// <returns>The default options with <see cref="SizeClasses"/>; the default options where no event was seen.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="observation"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length of the observation is negative or not a number.</exception>
    public static SlabAllocatorOptions For(SlabEventObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        if (!double.IsFinite(observation.AverageLength) || observation.AverageLength < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(observation), observation.AverageLength, "The average length of a queue is 0 or more.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(observation.PeakLength, nameof(observation));
        if (observation.Sizes.Count == 0)
        {
            return Default;
        }

        // The queue's own blocks, too: without a class of their own each would take a slice.
        SizeHistogram sizes = new();
        sizes.Add(observation.Sizes);
        sizes.Add(SlabEventQueue.SegmentBytes, (sizes.Count / SlabEventQueue.MostSlotsPerSegment) + 1);

        (SizeClassProfile Profile, double Cost) best = (null!, double.PositiveInfinity);
        // A queue that was short when it was looked at is not to be ruined when it grows.
        double length = Math.Max(
            (observation.AverageLength + Math.Max(observation.AverageLength, observation.PeakLength)) / 2, SlabEventQueue.MostSlotsPerSegment);
        for (int classes = 1; classes <= SizeClassProfile.MaxClasses; classes += Math.Max(1, classes / 4))
        {
            SizeClassProfile profile = SizeClassProfile.Optimize(sizes, classes, Default.MinimumAlignment);
            double waste = sizes.WastePerRequest(profile.BlockSizes) * length;
            double cost = waste + (profile.BlockSizes.Count * BytesPerClass);
            best = cost < best.Cost ? (profile, cost) : best;
        }

        return Default with { SizeClasses = best.Profile };
    }

    // What a class keeps resident beyond the blocks in use: pages that are in part used, at the bitmap's end and in the tables. By
    // measurement; the rest of its last slab is not touched.
    private const double BytesPerClass = 8 << 10;

    // See HugePages.Automatic.
    private const long LiveBeforeHugePages = 32 << 20;

    /// <summary>Checks the parameters as the constructor of <see cref="SlabAllocator"/> does, and makes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A property is out of its range. The message names it and its value.</exception>
    /// <exception cref="ArgumentException">The <see cref="SizeClasses"/> do not fit. The message names the file and the field.</exception>
    public void Validate()
    {
        RequireRange(MaxManagedBlockSize, 64, 32_768, nameof(MaxManagedBlockSize));
        RequirePowerOfTwo(ClassGranularity, 256, nameof(ClassGranularity));
        if (BlocksPerSlab != 0)
        {
            RequireRange(BlocksPerSlab, 64, 4_096, nameof(BlocksPerSlab));
        }

        RequirePowerOfTwo(MinimumAlignment, 4_096, nameof(MinimumAlignment));
        RequireRange(MemoryLimit, 1, long.MaxValue, nameof(MemoryLimit));
        RequireRange(SoftLimit, 1, long.MaxValue, nameof(SoftLimit));
        RequireRange(Prefault, 0, MemoryLimit, nameof(Prefault));
        RequireRange((long)HugePages, (long)HugePages.Automatic, (long)HugePages.Hint, nameof(HugePages));
        RequireRange((long)Adaptive, (long)AdaptiveSizing.Off, (long)AdaptiveSizing.Learn, nameof(Adaptive));
        RequireFit(SizeClasses, nameof(SizeClasses));
    }

    /// <summary>Hands the parameters, which have been validated, to the core.</summary>
    internal unsafe void ApplyTo(Allocator* allocator)
    {
        foreach (int size in SizeClasses?.BlockSizes ?? [])
        {
            SizeLadder.Add(&allocator->Ladder, (uint)size);
        }

        Allocator.SetClasses(allocator, (uint)ClassGranularity, (uint)MaxManagedBlockSize, (uint)MinimumAlignment);
        if (Adaptive == AdaptiveSizing.Learn)
        {
            Allocator.LetLadderChange(allocator, Ladders.DefaultBlockSizes(this).Length);
        }

        allocator->BlocksPerSlab = BlocksPerSlab;
        allocator->MallocForLarge = UseMallocForLarge;
        allocator->Limit = MemoryLimit;
        allocator->SoftLimit = SoftLimit;
        allocator->GivesBackIdle = IdleGiveBack;
        allocator->WantsHugePages = HugePages == HugePages.Hint || (HugePages == HugePages.Automatic && BlocksPerSlab == 0);
        allocator->LiveBeforeHugePages = HugePages == HugePages.Hint ? 0 : LiveBeforeHugePages;
    }

    private void RequireFit(SizeClassProfile? profile, string property)
    {
        int most = (MaxManagedBlockSize + MinimumAlignment - 1) & -MinimumAlignment;
        for (int i = 0; i < (profile?.BlockSizes.Count ?? 0); i++)
        {
            int size = profile!.BlockSizes[i];
            string? wrong = size > most ? $"above {nameof(MaxManagedBlockSize)}, {MaxManagedBlockSize}"
                : size % MinimumAlignment != 0 ? $"no multiple of {nameof(MinimumAlignment)}, {MinimumAlignment}"
                : null;
            if (wrong != null)
            {
                string source = profile.Source ?? "The profile";
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"{source}: {ProfileFormat.BlockSizesField}[{i}] is {size}, which is {wrong}."),
                    property);
            }
        }
    }

    private static void RequireRange(long value, long minimum, long maximum, string property)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(property, value, string.Create(CultureInfo.InvariantCulture,
                $"{property} must be {minimum} to {maximum}."));
        }
    }

    private static void RequirePowerOfTwo(int value, int maximum, string property)
    {
        if (value < 1 || value > maximum || !BitOperations.IsPow2(value))
        {
            throw new ArgumentOutOfRangeException(property, value, string.Create(CultureInfo.InvariantCulture,
                $"{property} must be a power of two from 1 to {maximum}."));
        }
    }
}
