using System;
using System.Globalization;
using BitSlab.Learning;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>Loads that do not stay: an alternating one does not make the classes oscillate, a drifting one is followed.</summary>
public sealed class ShiftingLoadTests
{
    // Sixteen classes for sizes of any byte.
    private static readonly SlabAllocatorOptions s_options = new()
    {
        Adaptive = AdaptiveSizing.Learn,
        IdleGiveBack = false,
        MaxManagedBlockSize = 4096,
        ClassGranularity = 256,
        MinimumAlignment = 1,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void An_alternating_load_changes_the_classes_a_few_times_only(int ticks)
    {
        // Of each mixture's twenty-four sizes sixteen classes serve most exactly, but not of both. A change back doubles what is remembered, at
        // first 65,536 samples: once that is more than a few turns hold, both mixtures are seen at once, and one ladder is the best for what is seen. So there are
        // about as many changes as doublings up to there, and some for the first few samples.
        using Subject subject = Subject.Of(Face.Instance, s_options);
        var random = new Random(1);
        const long FirstMemory = 16 * SizeLearner.FewestSamples;
        long turn = (long)ticks * SizeLearner.BurstLength;
        int bound = 4 + (2 * (1 + (int)Math.Ceiling(Math.Log2(Math.Max(1.0, 8.0 * turn / FirstMemory)))));
        int total = Math.Max(600, 40 * ticks);
        int settled = 0;
        for (int tick = 0; tick < total; tick++)
        {
            int shift = tick / ticks % 2 * 61;
            SampledLoad.Run(subject, 1, () => 40 + shift + (random.Next(24) * 122));
            settled = tick == total / 2 ? subject.Allocator.GetStatistics().Sizing.Changes : settled;
        }

        int changes = subject.Allocator.GetStatistics().Sizing.Changes;
        Assert.InRange(changes, 1, bound);
        Assert.Equal(settled, changes);
    }

    [Theory]
    [InlineData(2, 1000)]
    [InlineData(6, 1000)]
    public void A_drifting_load_is_followed(int parts, int ticksOfAPart)
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        var random = new Random(2);
        int Size(int part) => 100 + (part * 500) + (random.Next(30) * 17);

        for (int part = 0; part < parts; part++)
        {
            SampledLoad.Run(subject, ticksOfAPart, () => Size(part));
        }

        SizeHistogram last = new();
        for (int i = 0; i < 20_000; i++)
        {
            last.Add(Size(parts - 1));
        }

        int classes = subject.Allocator.GetStatistics().Sizing.Classes;
        double best = last.WastePerRequest(SizeClassProfile.Optimize(last, classes, 1, 4096).BlockSizes);
        double used = last.WastePerRequest(subject.Allocator.ExportProfile().BlockSizes);
        Assert.True(used <= (best * 1.15) + 0.5, string.Create(CultureInfo.InvariantCulture,
            $"{used:F2} bytes per allocation are wasted, {best:F2} at best, by {classes} classes: {string.Join(' ', subject.Allocator.ExportProfile().BlockSizes)}"));
    }
}
