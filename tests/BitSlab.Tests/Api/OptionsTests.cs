using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>What options say, which are refused, and that a slab follows them.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, long> OutOfRange
    {
        get
        {
            var data = new TheoryData<string, long>();
            Add(nameof(SlabAllocatorOptions.MaxManagedBlockSize), int.MinValue, -1, 0, 1, 63, 32_769, int.MaxValue);
            Add(nameof(SlabAllocatorOptions.ClassGranularity), int.MinValue, -1, 0, 3, 24, 100, 255, 257, 512, int.MaxValue);
            Add(nameof(SlabAllocatorOptions.BlocksPerSlab), int.MinValue, -1, 1, 63, 4097, int.MaxValue);
            Add(nameof(SlabAllocatorOptions.MinimumAlignment), int.MinValue, -1, 0, 3, 48, 4095, 4097, 8192, int.MaxValue);
            Add(nameof(SlabAllocatorOptions.MemoryLimit), long.MinValue, -1, 0);
            Add(nameof(SlabAllocatorOptions.SoftLimit), long.MinValue, -1, 0);
            Add(nameof(SlabAllocatorOptions.Prefault), long.MinValue, -1);
            Add(nameof(SlabAllocatorOptions.HugePages), int.MinValue, -1, 3, int.MaxValue);
            return data;

            void Add(string property, params long[] values)
            {
                foreach (long value in values)
                {
                    data.Add(property, value);
                }
            }
        }
    }

    public static TheoryData<string, long> InRange => new()
    {
        { nameof(SlabAllocatorOptions.MaxManagedBlockSize), 64 },
        { nameof(SlabAllocatorOptions.MaxManagedBlockSize), 65 },
        { nameof(SlabAllocatorOptions.MaxManagedBlockSize), 1000 },
        { nameof(SlabAllocatorOptions.MaxManagedBlockSize), 32_768 },
        { nameof(SlabAllocatorOptions.ClassGranularity), 1 },
        { nameof(SlabAllocatorOptions.ClassGranularity), 256 },
        { nameof(SlabAllocatorOptions.BlocksPerSlab), 0 },
        { nameof(SlabAllocatorOptions.BlocksPerSlab), 64 },
        { nameof(SlabAllocatorOptions.BlocksPerSlab), 65 },
        { nameof(SlabAllocatorOptions.BlocksPerSlab), 4096 },
        { nameof(SlabAllocatorOptions.MinimumAlignment), 1 },
        { nameof(SlabAllocatorOptions.MinimumAlignment), 4096 },
        { nameof(SlabAllocatorOptions.MemoryLimit), 100_000_000 },
        { nameof(SlabAllocatorOptions.MemoryLimit), long.MaxValue },
        { nameof(SlabAllocatorOptions.SoftLimit), 1 },
        { nameof(SlabAllocatorOptions.SoftLimit), long.MaxValue },
        { nameof(SlabAllocatorOptions.Prefault), 0 },
        { nameof(SlabAllocatorOptions.Prefault), 1 },
        { nameof(SlabAllocatorOptions.HugePages), (long)HugePages.Automatic },
        { nameof(SlabAllocatorOptions.HugePages), (long)HugePages.Off },
        { nameof(SlabAllocatorOptions.HugePages), (long)HugePages.Hint },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_value_out_of_range_is_refused_by_the_name_of_its_property(string property, long value)
    {
        SlabAllocatorOptions options = With(property, value);
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(() => new SlabAllocator(options).Dispose());
        Assert.Equal(property, thrown.ParamName);
    }

    [Theory]
    [MemberData(nameof(InRange))]
    public void A_value_at_the_edge_of_its_range_works(string property, long value)
    {
        using var allocator = new SlabAllocator(With(property, value));
        Whole.Empty(allocator);
    }

    [Fact]
    public void The_defaults_are_as_documented()
    {
        var expected = new SlabAllocatorOptions
        {
            MaxManagedBlockSize = 32_768,
            ClassGranularity = 16,
            BlocksPerSlab = 0,
            MinimumAlignment = 16,
            MemoryLimit = long.MaxValue,
            SoftLimit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3,
            SoftLimitCallback = null,
            UseMallocForLarge = false,
            IdleGiveBack = true,
            HugePages = HugePages.Automatic,
            Prefault = 0,
            Name = null,
        };
        Assert.Equal(expected, new SlabAllocatorOptions());
        Assert.Equal(expected, SlabAllocatorOptions.Default);
        using var allocator = new SlabAllocator();
        Assert.Equal(expected, allocator.Options);
        Assert.Null(allocator.Options.Name);
    }

    [Fact]
    public void Classic_has_the_parameters_of_the_original()
    {
        SlabAllocatorOptions classic = SlabAllocatorOptions.Classic;
        Assert.Equal(
            (1024, 16, 1024, true),
            (classic.MaxManagedBlockSize, classic.ClassGranularity, classic.BlocksPerSlab, classic.UseMallocForLarge));
        using var allocator = new SlabAllocator(classic);
        Assert.Equal(classic, allocator.Options);
        Whole.Empty(allocator);
    }

    [Fact]
    public void An_allocator_has_its_name()
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { Name = "orders", MemoryLimit = 1 });
        Assert.Equal("orders", allocator.Options.Name);
        SlabMemoryLimitException thrown = Assert.Throws<SlabMemoryLimitException>(() => Allocate(allocator));
        Assert.Contains("orders", thrown.Message, StringComparison.Ordinal);

        static unsafe void Allocate(SlabAllocator allocator) => allocator.Alloc(1);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1024)]
    [InlineData(4096)]
    public void A_slab_holds_the_number_of_blocks_that_was_asked_for(int blocksPerSlab)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { BlocksPerSlab = blocksPerSlab });
        foreach (int size in new[] { 16, 48, 512, 1024 })
        {
            Assert.True((long)size * blocksPerSlab <= 4 << 20, "The test means slabs that fit a chunk.");
            subject.Alloc((nuint)size);
        }

        foreach (SizeClassStatistics sizeClass in subject.Allocator.GetStatistics().SizeClasses)
        {
            Assert.Equal((1, blocksPerSlab, 1), (sizeClass.Slabs, sizeClass.Capacity, sizeClass.LiveBlocks));
        }

        subject.Allocator.Reset();
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void A_slab_is_cut_to_fit_a_chunk()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { BlocksPerSlab = 4096 });
        nint block = subject.Alloc(32_768);
        SizeClassStatistics sizeClass = Assert.Single(subject.Allocator.GetStatistics().SizeClasses);
        Assert.Equal(32_768, sizeClass.BlockSize);
        Assert.InRange(sizeClass.Capacity, 64, (4 << 20) / 32_768);
        subject.Free(block);
        Whole.Empty(subject.Allocator);
    }

    private static SlabAllocatorOptions With(string property, long value) => property switch
    {
        nameof(SlabAllocatorOptions.MaxManagedBlockSize) => new() { MaxManagedBlockSize = (int)value },
        nameof(SlabAllocatorOptions.ClassGranularity) => new() { ClassGranularity = (int)value },
        nameof(SlabAllocatorOptions.BlocksPerSlab) => new() { BlocksPerSlab = (int)value },
        nameof(SlabAllocatorOptions.MinimumAlignment) => new() { MinimumAlignment = (int)value },
        nameof(SlabAllocatorOptions.SoftLimit) => new() { SoftLimit = value },
        nameof(SlabAllocatorOptions.Prefault) => new() { Prefault = value },
        nameof(SlabAllocatorOptions.HugePages) => new() { HugePages = (HugePages)value },
        _ => new() { MemoryLimit = value },
    };
}
