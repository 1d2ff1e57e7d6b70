using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>Allocators with size classes of the user's own.</summary>
public sealed class ProfileInUseTests
{
    /// <summary>Made for these sizes, rounded up to the alignment: small ones, some above 1 KiB, a gap between.</summary>
    private static readonly int[] s_sizes = [1, 3, 7, 17, 40, 41, 99, 100, 333, 777, 1025, 1500, 3001, 6000];

    public static TheoryData<Face, int> FacesAndAlignments
    {
        get
        {
            TheoryData<Face, int> data = [];
            foreach (int alignment in (int[])[1, 2, 8, 16, 64])
            {
                data.Add(Face.Instance, alignment);
                data.Add(Face.Handle, alignment);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FacesAndAlignments))]
    public void Every_size_gets_the_smallest_class_that_holds_it(Face face, int alignment)
    {
        SizeClassProfile profile = ProfileOf(alignment, classes: 10, maximum: 6000);
        SlabAllocatorOptions options = new() { SizeClasses = profile, MinimumAlignment = alignment };
        using Subject subject = Subject.Of(face, options);
        IReadOnlyList<int> ladder = subject.Allocator.ExportProfile().BlockSizes;

        // Above the profile the default's classes, which know nothing of it.
        using SlabAllocator plain = new(new SlabAllocatorOptions { MinimumAlignment = alignment });
        int top = profile.BlockSizes[^1];
        Assert.Equal([.. profile.BlockSizes, .. plain.ExportProfile().BlockSizes.Where(size => size > top)], ladder);
        Assert.Equal(ladder.Count, subject.Allocator.GetStatistics().Sizing.Classes);
        for (int size = 1; size <= 32_768; size++)
        {
            nint block = (size % 3) switch
            {
                0 => subject.Alloc((nuint)size),
                1 => subject.AllocZeroed((nuint)size),
                _ => subject.TryAlloc((nuint)size, out nint tried) ? tried : 0,
            };
            Assert.Equal(0, block & (alignment - 1));
            Assert.Equal(Ladders.For(ladder, size), (int)subject.GetUsableSize(block));
            subject.Free(block);
        }

        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [MemberData(nameof(FacesAndAlignments))]
    public void Blocks_are_aligned_and_apart_and_keep_their_contents(Face face, int alignment)
    {
        using Subject subject = Subject.Of(face, new SlabAllocatorOptions
        {
            SizeClasses = ProfileOf(alignment, classes: 12, maximum: 6000),
            MinimumAlignment = alignment,
        });
        var random = new Random(alignment);
        List<(nint Address, nuint Size)> blocks = [];
        List<(nint Address, nuint Size)> whole = [];
        for (int i = 0; i < 6000; i++)
        {
            nuint size = (nuint)s_sizes[random.Next(s_sizes.Length)];
            nint block = i % 4 == 0 ? subject.AllocZeroed(size) : subject.Alloc(size);
            Assert.True(i % 4 != 0 || Pattern.IsZero(block, size));
            if (i % 5 == 0)
            {
                Pattern.Fill(block, size, 1);
                nuint larger = size + (nuint)random.Next(2000);
                block = subject.Realloc(block, larger);
                Assert.True(Pattern.Holds(block, size, size, 1));
                size = larger;
            }

            Assert.Equal(0, block & (alignment - 1));
            Pattern.Fill(block, size, Pattern.SeedOf(block));
            blocks.Add((block, size));
            whole.Add((block, subject.GetUsableSize(block)));
        }

        Assert.Null(Overlaps.Find(whole.ToArray()));
        foreach ((nint block, nuint size) in blocks)
        {
            Pattern.Verify(block, size, Pattern.SeedOf(block));
            subject.Free(block);
        }

        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [MemberData(nameof(FacesAndAlignments))]
    public void Larger_alignments_are_served_whatever_the_classes(Face face, int minimumAlignment)
    {
        using Subject subject = Subject.Of(face, new SlabAllocatorOptions
        {
            SizeClasses = ProfileOf(minimumAlignment, classes: 10, maximum: 6000),
            MinimumAlignment = minimumAlignment,
        });
        List<(nint Address, nuint Size)> blocks = [];
        for (int alignment = 1; alignment <= 65_536; alignment *= 2)
        {
            foreach (int size in (int[])[1, 17, 100, 1000, 5000, 32_768])
            {
                nint block = subject.AlignedAlloc((nuint)size, (nuint)alignment);
                Assert.Equal(0, block & (int.Max(alignment, minimumAlignment) - 1));
                Pattern.Fill(block, (nuint)size, 1);
                nint moved = subject.AlignedRealloc(block, (nuint)size + 50, (nuint)alignment);
                Assert.Equal(0, moved & (int.Max(alignment, minimumAlignment) - 1));
                Assert.True(Pattern.Holds(moved, (nuint)size, (nuint)size, 1));
                blocks.Add((moved, subject.GetUsableSize(moved)));
            }
        }

        Assert.Null(Overlaps.Find(blocks.ToArray()));
        subject.FreeBatch([.. blocks.Select(block => block.Address)]);
        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [MemberData(nameof(FacesAndAlignments))]
    public void Misuse_is_exact(Face face, int alignment)
    {
        using Subject subject = Subject.Of(face, new SlabAllocatorOptions
        {
            SizeClasses = ProfileOf(alignment, classes: 14, maximum: 6000),
            MinimumAlignment = alignment,
        });
        using Subject other = Subject.Of(Face.Instance);
        foreach (int size in s_sizes)
        {
            nint keep = subject.Alloc((nuint)size);
            nint block = subject.Alloc((nuint)size);
            int blockSize = (int)subject.GetUsableSize(block);
            for (int inside = 1; inside < blockSize; inside += int.Max(1, blockSize / 9))
            {
                Refused.ByEveryCall(subject, InvalidBlockKind.InteriorPointer, block + inside);
            }

            Refused.ByEveryCall(other, InvalidBlockKind.OtherAllocator, block);
            subject.Free(block);
            Refused.ByEveryCall(subject, InvalidBlockKind.DoubleFree, block);
            subject.Free(keep);
        }

        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(20_000)]
    public void The_classes_go_on_to_the_largest_managed_size(int maximum)
    {
        SizeClassProfile profile = ProfileOf(alignment: 8, classes: 3, maximum: 64);
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions
        {
            SizeClasses = profile,
            MinimumAlignment = 8,
            MaxManagedBlockSize = maximum,
        });
        IReadOnlyList<int> ladder = subject.Allocator.ExportProfile().BlockSizes;
        Assert.Equal(profile.BlockSizes, ladder.Take(profile.BlockSizes.Count));
        Assert.True(ladder[^1] >= maximum && ladder[^2] < maximum);
        for (int size = 1; size <= maximum; size++)
        {
            nint block = subject.Alloc((nuint)size);
            Assert.Equal(Ladders.For(ladder, size), (int)subject.GetUsableSize(block));
            subject.Free(block);
        }

        Assert.Equal(0, subject.Allocator.GetStatistics().LargeBlocks);
        nint large = subject.Alloc((nuint)ladder[^1] + 1);
        Assert.Equal(1, subject.Allocator.GetStatistics().LargeBlocks);
        subject.Free(large);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Learning_goes_on_from_a_profile()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions
        {
            SizeClasses = ProfileOf(alignment: 8, classes: 14, maximum: 6000),
            MinimumAlignment = 8,
            Adaptive = AdaptiveSizing.Learn,
            IdleGiveBack = false,
        });
        SampledLoad.Run(subject, 6, s_sizes);
        Assert.Equal(0, subject.Allocator.GetStatistics().Sizing.Changes);
        SampledLoad.Run(subject, 12, 200, 201, 215, 5000, 20_001);
        Assert.Equal(1, subject.Allocator.GetStatistics().Sizing.Changes);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void A_profile_that_does_not_fit_is_refused_with_its_file_and_field()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            ProfileOf(alignment: 8, classes: 14, maximum: 6000).Save(path);
            SizeClassProfile profile = SizeClassProfile.Load(path);
            Assert.Equal(path, profile.Source);
            int odd = profile.BlockSizes.TakeWhile(size => size % 16 == 0).Count();
            int large = profile.BlockSizes.TakeWhile(size => size <= 1000).Count();
            AssertRefused(new SlabAllocatorOptions { SizeClasses = profile }, path, odd, profile.BlockSizes[odd]);
            AssertRefused(new SlabAllocatorOptions { SizeClasses = profile, MinimumAlignment = 8, MaxManagedBlockSize = 1000 }, path, large, profile.BlockSizes[large]);

            // One that came from no file is called by what it is.
            AssertRefused(new SlabAllocatorOptions { SizeClasses = ProfileOf(alignment: 8, classes: 14, maximum: 6000) }, "The profile", odd, profile.BlockSizes[odd]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Adaptive_out_of_range_is_refused(int value)
    {
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(
            () => new SlabAllocator(new SlabAllocatorOptions { Adaptive = (AdaptiveSizing)value }));
        Assert.Equal(nameof(SlabAllocatorOptions.Adaptive), thrown.ParamName);
    }

    private static void AssertRefused(SlabAllocatorOptions options, string source, int index, int size)
    {
        using SlabAllocator parent = new();
        foreach (Func<SlabAllocator> create in (Func<SlabAllocator>[])[() => new SlabAllocator(options), () => parent.CreateChild(options)])
        {
            ArgumentException thrown = Assert.Throws<ArgumentException>(create);
            Assert.Equal(nameof(SlabAllocatorOptions.SizeClasses), thrown.ParamName);
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{source}: blockSizes[{index}] is {size}, "), thrown.Message, StringComparison.Ordinal);
        }

        // The parent has no child, or it could not go.
        parent.Dispose();
    }

    private static SizeClassProfile ProfileOf(int alignment, int classes, int maximum)
    {
        SizeHistogram histogram = new();
        foreach (int size in s_sizes.Where(size => size <= maximum))
        {
            histogram.Add(size, 1000);
        }

        return SizeClassProfile.Optimize(histogram, classes, alignment, maximum);
    }
}
