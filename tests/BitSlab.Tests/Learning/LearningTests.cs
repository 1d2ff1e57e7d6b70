using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Learning;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>An allocator that learns, from its first samples to its export.</summary>
public sealed class LearningTests
{
    private const int EnoughBursts = (int)(SizeLearner.FewestSamples / SizeLearner.BurstLength);

    // The process's timer leaves such an allocator out for the first four seconds, and then does what the tests do.
    private static readonly SlabAllocatorOptions s_options = new() { Adaptive = AdaptiveSizing.Learn, IdleGiveBack = false, MinimumAlignment = 8 };

    // The default's blocks are of 32, 48, 112, 304, 1,536 and 5,120 bytes.
    private static readonly int[] s_sizes = [17, 33, 97, 289, 1409, 4625];
    private const double DefaultWaste = (15 + 15 + 15 + 15 + 127 + 495) / 6.0;

    // Rounded up to 8: to 24, 40, 104, 296, 1,416 and 4,632.
    private const double BestWaste = 7;

    public static TheoryData<string> OptionSets => [.. s_optionSets.Keys];

    private static readonly Dictionary<string, SlabAllocatorOptions> s_optionSets = new()
    {
        ["default"] = s_options,
        ["classic"] = SlabAllocatorOptions.Classic with { Adaptive = AdaptiveSizing.Learn, IdleGiveBack = false, MinimumAlignment = 8 },
        ["slabs of 64"] = s_options with { BlocksPerSlab = 64 },
        ["slabs of 4096"] = s_options with { BlocksPerSlab = 4096 },
        ["limit"] = s_options with { MemoryLimit = 8 << 20 },
        ["alignment 1"] = s_options with { MinimumAlignment = 1 },
    };

    [Fact]
    public void With_few_samples_the_classes_stay_and_the_statistics_say_why()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        int classes = subject.Allocator.GetStatistics().Sizing.Classes;
        SampledLoad.Run(subject, EnoughBursts - 1, s_sizes);
        Assert.Equal(
            new SizingStatistics
            {
                State = SizingState.TooFewSamples,
                Classes = classes,
                Samples = (EnoughBursts - 1) * SizeLearner.BurstLength,
                Changes = 0,
                ExpectedWaste = null,
                WasteBeforeChange = null,
                WasteAfterChange = null,
            },
            subject.Allocator.GetStatistics().Sizing);
        Assert.Equal(32u, UsableSize(subject, 17));
    }

    [Fact]
    public void With_enough_samples_the_classes_change_and_the_statistics_tell_what_it_saves()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        SampledLoad.Run(subject, EnoughBursts, s_sizes);
        SizingStatistics sizing = subject.Allocator.GetStatistics().Sizing;
        Assert.Equal((SizingState.Learning, 1, SizeLearner.FewestSamples), (sizing.State, sizing.Changes, sizing.Samples));

        // What is kept for sizes not seen is worth a small part of a sample.
        Assert.InRange(sizing.WasteBeforeChange!.Value, DefaultWaste * 0.99, DefaultWaste * 1.01);
        Assert.InRange(sizing.WasteAfterChange!.Value, BestWaste * 0.99, BestWaste * 1.02);
        Assert.Equal(sizing.WasteAfterChange, sizing.ExpectedWaste);
        Assert.All(s_sizes, size => Assert.Equal((nuint)((size + 7) / 8 * 8), UsableSize(subject, size)));
        SampledLoad.Run(subject, 20, s_sizes);
        Assert.Equal(1, subject.Allocator.GetStatistics().Sizing.Changes);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Each_change_is_an_event_with_the_figures_of_the_statistics()
    {
        using var heard = new ChangeListener();
        string name = nameof(Each_change_is_an_event_with_the_figures_of_the_statistics);
        using Subject subject = Subject.Of(Face.Instance, s_options with { Name = name, MaxManagedBlockSize = 1024, ClassGranularity = 256 });
        List<object[]> expected = [];
        int[][] loads = [[1, 2, 3, 4], [100, 300, 500, 700], [201, 401, 601, 801]];
        foreach (int[] load in loads)
        {
            for (int burst = 0; burst < 12; burst++)
            {
                int before = subject.Allocator.GetStatistics().Sizing.Changes;
                SampledLoad.Run(subject, 1, load);
                SizingStatistics sizing = subject.Allocator.GetStatistics().Sizing;
                if (sizing.Changes != before)
                {
                    Assert.Equal(before + 1, sizing.Changes);
                    expected.Add([name, sizing.Classes, sizing.WasteBeforeChange!.Value, sizing.WasteAfterChange!.Value, sizing.Samples]);
                }
            }
        }

        Assert.True(expected.Count >= 2, $"{expected.Count} changes for {loads.Length} loads.");
        Assert.Equal(expected, heard.Of(name));
    }

    [Theory]
    [MemberData(nameof(OptionSets))]
    public void Every_size_goes_on_working_after_a_change(string options)
    {
        foreach (Face face in (Face[])[Face.Instance, Face.Handle])
        {
            using Subject subject = Subject.Of(face, s_optionSets[options]);
            nint early = subject.Alloc(500);
            Pattern.Fill(early, 500, 1);

            // Some options leave the large sizes to others, which count nothing.
            SampledLoad.Run(subject, 2 * EnoughBursts, s_sizes);
            Assert.Equal(1, subject.Allocator.GetStatistics().Sizing.Changes);
            SizeClassProfile learned = subject.Allocator.ExportProfile();
            for (int size = 0; size <= 40_000; size += size < 1100 ? 1 : 97)
            {
                nint block = size % 2 == 0 ? subject.Alloc((nuint)size) : subject.AllocZeroed((nuint)size);
                Assert.True(size % 2 == 0 || Pattern.IsZero(block, (nuint)size));
                if (size <= learned.BlockSizes[^1] && size <= subject.Allocator.Options.MaxManagedBlockSize)
                {
                    Assert.Equal(Ladders.For(learned.BlockSizes, int.Max(size, 1)), (int)subject.GetUsableSize(block));
                }

                Pattern.Fill(block, (nuint)size, 2);
                nint moved = subject.Realloc(block, (nuint)(size + 300));
                Assert.True(Pattern.Holds(moved, (nuint)size, (nuint)size, 2));
                nint aligned = subject.AlignedAlloc((nuint)size, 256);
                Assert.Equal(0, aligned % 256);
                subject.FreeBatch(moved, aligned);
            }

            Pattern.Verify(early, 500, 1);
            subject.Free(early);
            Whole.Empty(subject.Allocator);
        }
    }

    [Fact]
    public void After_Freeze_nothing_is_sampled_and_nothing_changes()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options with { MaxManagedBlockSize = 1024, ClassGranularity = 256 });
        SampledLoad.Run(subject, EnoughBursts, 1, 2, 3);
        subject.Allocator.Freeze();
        SizingStatistics frozen = subject.Allocator.GetStatistics().Sizing;
        Assert.Equal((SizingState.Frozen, 1), (frozen.State, frozen.Changes));
        IReadOnlyList<int> classes = subject.Allocator.ExportProfile().BlockSizes;

        // The burst that had begun runs out, and counts no more.
        SampledLoad.Run(subject, 30, 100, 300, 500);
        subject.Allocator.Freeze();
        Assert.Equal(frozen, subject.Allocator.GetStatistics().Sizing);
        Assert.Equal(classes, subject.Allocator.ExportProfile().BlockSizes);

        // Nor does a new thread's heap begin with a burst.
        Worker.RunOnce(() =>
        {
            for (int i = 0; i < 3000; i++)
            {
                subject.Free(subject.Alloc(100));
            }
        });
        Assert.Equal(frozen.Samples, subject.Allocator.GetStatistics().Sizing.Samples);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Frozen_before_the_first_sample_it_stays_on_its_classes()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        subject.Allocator.Freeze();
        SampledLoad.Run(subject, EnoughBursts + 5, s_sizes);
        SizingStatistics sizing = subject.Allocator.GetStatistics().Sizing;
        Assert.Equal((SizingState.Frozen, 0, 0L), (sizing.State, sizing.Changes, sizing.Samples));
        Assert.Equal(32u, UsableSize(subject, 17));
    }

    [Fact]
    public void An_exported_profile_makes_another_allocator_the_same()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        SampledLoad.Run(subject, EnoughBursts, s_sizes);
        SizeClassProfile exported = subject.Allocator.ExportProfile();
        Assert.Equal((8, null), (exported.Alignment, exported.Source));
        SizeHistogram histogram = exported.CopyHistogram()!;
        Assert.Equal(SizeLearner.FewestSamples, histogram.Count);
        Assert.Equal(s_sizes, histogram.Sizes.Select(each => each.Key));
        Assert.All(histogram.Sizes, each => Assert.InRange(each.Value, SizeLearner.FewestSamples / 6, (SizeLearner.FewestSamples / 6) + 1));

        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            exported.Save(path);
            SizeClassProfile loaded = SizeClassProfile.Load(path);
            Assert.Equal(exported.BlockSizes, loaded.BlockSizes);
            Assert.Equal(histogram.Sizes, loaded.CopyHistogram()!.Sizes);
            using Subject other = Subject.Of(Face.Instance, new SlabAllocatorOptions { SizeClasses = loaded, MinimumAlignment = 8 });
            Assert.Equal(exported.BlockSizes, other.Allocator.ExportProfile().BlockSizes);
            for (int size = 1; size <= 32_768; size += size < 2000 ? 1 : 61)
            {
                Assert.Equal(UsableSize(subject, size), UsableSize(other, size));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Without_learning_there_is_a_profile_to_export_and_nothing_to_freeze()
    {
        using Subject subject = Subject.Of(Face.Instance, SlabAllocatorOptions.Classic);
        subject.Allocator.Freeze();
        SizeClassProfile profile = subject.Allocator.ExportProfile();
        Assert.Equal(Enumerable.Range(1, 64).Select(i => i * 16), profile.BlockSizes);
        Assert.Null(profile.CopyHistogram());
        SampledLoad.Run(subject, EnoughBursts, s_sizes);
        SizingStatistics sizing = subject.Allocator.GetStatistics().Sizing;
        Assert.Equal((SizingState.Off, 64, 0L, 0, (double?)null), (sizing.State, sizing.Classes, sizing.Samples, sizing.Changes, sizing.ExpectedWaste));
    }

    [Fact]
    public void More_classes_than_a_profile_can_have_are_not_exported()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { MinimumAlignment = 1, ClassGranularity = 1 });
        Assert.Throws<InvalidOperationException>(() => subject.Allocator.ExportProfile());
        subject.Allocator.Tick();
        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [InlineData(AdaptiveSizing.Off)]
    [InlineData(AdaptiveSizing.Learn)]
    public void After_Dispose_all_of_it_throws(AdaptiveSizing adaptive)
    {
        var allocator = new SlabAllocator(s_options with { Adaptive = adaptive });
        using (Subject subject = Subject.Of(allocator))
        {
            SampledLoad.Run(subject, EnoughBursts, s_sizes);
        }

        Assert.Throws<ObjectDisposedException>(allocator.Freeze);
        Assert.Throws<ObjectDisposedException>(() => allocator.ExportProfile());
        Assert.Throws<ObjectDisposedException>(() => allocator.GetStatistics());
        allocator.Learn();
    }

    [Fact]
    public void Reset_forgets_the_blocks_and_keeps_what_was_learned()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        for (int i = 0; i < 5; i++)
        {
            nint stale = subject.Alloc(100);
            SampledLoad.Run(subject, EnoughBursts - 2, s_sizes);
            subject.Allocator.Reset();
            Refused.ByEveryCall(subject, InvalidBlockKind.StaleBlock, stale);
        }

        Assert.Equal(1, subject.Allocator.GetStatistics().Sizing.Changes);
        Assert.Equal(24u, UsableSize(subject, 17));
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void A_child_learns_on_its_own_within_its_limit_and_its_parents()
    {
        using var parent = new SlabAllocator(s_options with { MemoryLimit = 12 << 20 });
        using (Subject child = Subject.Of(parent.CreateChild(s_options with { MemoryLimit = 8 << 20 })))
        {
            SampledLoad.Run(child, EnoughBursts, s_sizes);
            Assert.Equal((1, 0), (child.Allocator.GetStatistics().Sizing.Changes, parent.GetStatistics().Sizing.Changes));
            Assert.Equal(24u, UsableSize(child, 17));

            // To the limit in a burst, out of it, and again.
            for (int round = 0; round < 3; round++)
            {
                child.Allocator.Tick();
                List<nint> blocks = [];
                while (child.TryAlloc((nuint)s_sizes[blocks.Count % s_sizes.Length], out nint block))
                {
                    blocks.Add(block);
                }

                Assert.True(blocks.Count > 4000, $"{blocks.Count} blocks fitted.");
                Assert.InRange(child.Allocator.GetStatistics().CommittedBytes, 6 << 20, 8 << 20);
                child.FreeBatch([.. blocks]);
            }

            Whole.Empty(child.Allocator);
        }

        Assert.Equal(SizingState.TooFewSamples, parent.GetStatistics().Sizing.State);
    }

    [Fact]
    public unsafe void A_handle_is_held_across_changes()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        SlabThreadHeap heap = subject.Allocator.GetThreadHeap();
        void* early = heap.Alloc(17);
        for (int i = 0; i < EnoughBursts; i++)
        {
            for (int k = 0; k < SizeLearner.BurstLength; k++)
            {
                heap.Free(heap.Alloc((nuint)s_sizes[k % s_sizes.Length]));
            }

            subject.Allocator.Tick();
        }

        Assert.Equal(1, subject.Allocator.GetStatistics().Sizing.Changes);
        void* late = heap.Alloc(17);
        Assert.Equal((32u, 24u), (subject.GetUsableSize((nint)early), subject.GetUsableSize((nint)late)));
        heap.Free(early);
        heap.Free(late);
        Whole.Empty(subject.Allocator);
    }

    private static nuint UsableSize(Subject subject, int size)
    {
        nint block = subject.Alloc((nuint)size);
        nuint usable = subject.GetUsableSize(block);
        subject.Free(block);
        return usable;
    }
}
