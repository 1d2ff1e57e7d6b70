using System;
using System.Collections.Generic;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>What a queue says that it saw, and the options that are made from it.</summary>
public sealed class ObservationTests
{
    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_lengths_of_all_events_are_counted(QueueForm form)
    {
        using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 100, FullMode = EventQueueFullMode.DropOldest });
        var random = new Random(1);
        var expected = new SortedDictionary<int, long>();
        long larger = 0;
        for (int i = 0; i < 5000; i++)
        {
            int length = random.Next(100) switch
            {
                0 => SizeHistogram.MaxSize + random.Next(2),
                < 5 => random.Next(50_000),
                < 20 => 1020 + random.Next(10),
                _ => random.Next(300),
            };
            Assert.True(subject.Queue.TryEnqueue(length, 0, static (_, _) => { }));
            if (length > SizeHistogram.MaxSize)
            {
                larger++;
            }
            else
            {
                int counted = Math.Max(length, 1);
                expected[counted] = expected.GetValueOrDefault(counted) + 1;
            }
        }

        SlabEventObservation seen = subject.Queue.Observe();
        Assert.Equal(expected, seen.Sizes.Sizes);
        Assert.Equal((larger, 5000 - larger), (seen.LargerEvents, seen.Sizes.Count));
        Assert.Empty(seen.Sizes.AlignedSizes);
        Assert.True(larger > 10);
        subject.AssertLeavesNothing();
    }

    [Fact]
    public void What_does_not_come_in_is_not_counted()
    {
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { Capacity = 1 });
        Assert.True(queue.TryEnqueue([1]));
        Assert.False(queue.TryEnqueue([1, 2]));
        Assert.Throws<NotSupportedException>(() => Throw());
        queue.Complete();
        Assert.False(queue.TryEnqueue([]));
        Assert.Equal([new KeyValuePair<int, long>(1, 1)], queue.Observe().Sizes.Sizes);

        void Throw()
        {
            Assert.True(queue.TryDequeue(out SlabEvent item));
            item.Dispose();
            queue.TryEnqueue(5, 0, static (_, _) => throw new NotSupportedException());
        }
    }

    [Fact]
    public void An_observation_stays_as_it_was()
    {
        using var queue = new SlabEventQueue();
        SlabEventObservation none = queue.Observe();
        Assert.True(queue.TryEnqueue([1]));
        SlabEventObservation one = queue.Observe();
        Assert.True(queue.TryEnqueue([1]));
        Assert.Equal((0L, 0L, 0.0), (none.Sizes.Count, none.LargerEvents, none.AverageLength));
        Assert.Equal((1L, 1.0), (one.Sizes.Count, one.AverageLength));
        Assert.Equal((2L, 1.5), (queue.Observe().Sizes.Count, queue.Observe().AverageLength));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    public void The_mean_length_is_that_of_the_steady_queue(int steady)
    {
        using var queue = new SlabEventQueue();
        for (int i = 0; i < steady - 1; i++)
        {
            Assert.True(queue.TryEnqueue([1]));
        }

        for (int i = 0; i < 100 * steady + 10_000; i++)
        {
            Assert.True(queue.TryEnqueue([1]));
            Assert.True(queue.TryDequeue(out SlabEvent item));
            item.Dispose();
        }

        Assert.InRange(queue.Observe().AverageLength, steady * 0.9, steady);
    }

    [Fact]
    public void Of_nothing_seen_the_default_options_are_made()
    {
        using var queue = new SlabEventQueue();
        Assert.Same(SlabAllocatorOptions.Default, SlabAllocatorOptions.For(queue.Observe()));
        Assert.True(queue.TryEnqueue(new byte[40_000]));
        Assert.Same(SlabAllocatorOptions.Default, SlabAllocatorOptions.For(queue.Observe()));
        Assert.Equal("observation", Assert.Throws<ArgumentNullException>(() => SlabAllocatorOptions.For(null!)).ParamName);
    }

    [Fact]
    public void The_peak_is_the_length_that_was_reached()
    {
        using var queue = new SlabEventQueue();
        for (int i = 0; i < 100; i++)
        {
            Assert.True(queue.TryEnqueue([1]));
        }

        Assert.Equal(100, queue.TryDequeueBatch(new SlabEvent[100]));
        Assert.True(queue.TryEnqueue([1]));
        Assert.Equal(100, queue.Observe().PeakLength);
    }

    [Fact]
    public void A_peak_is_provided_for_as_the_mean_is()
    {
        SizeHistogram sizes = new();
        for (int size = 1; size <= 1024; size++)
        {
            sizes.Add(size);
        }

        int few = SlabAllocatorOptions.For(new SlabEventObservation { Sizes = sizes, AverageLength = 10, PeakLength = 20 }).SizeClasses!.BlockSizes.Count;
        int many = SlabAllocatorOptions.For(new SlabEventObservation { Sizes = sizes, AverageLength = 10, PeakLength = 100_000 }).SizeClasses!.BlockSizes.Count;
        Assert.True(few < 10 && many > 50, $"{few} classes for a peak of 20 events, {many} for one of 100,000.");
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(double.PositiveInfinity, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void Lengths_that_cannot_be_are_refused(double average, long peak)
    {
        SizeHistogram sizes = new();
        sizes.Add(1);
        ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(
            () => SlabAllocatorOptions.For(new SlabEventObservation { Sizes = sizes, AverageLength = average, PeakLength = peak }));
        Assert.Equal("observation", refusal.ParamName);
    }

    [Fact]
    public void The_queues_own_blocks_have_a_class_that_fits()
    {
        using var first = new SlabEventQueue();
        Assert.True(first.TryEnqueue([1]));
        using var second = new SlabEventQueue(new SlabEventQueueOptions { AllocatorOptions = SlabAllocatorOptions.For(first.Observe()) });
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(second.TryEnqueue([1]));
        }

        // A place takes 16 bytes, and an event of one byte, too.
        Assert.InRange(second.Allocator.GetStatistics().LiveBytes, 320_000, 400_000);
    }

    [Fact]
    public void A_long_queue_gets_more_classes_than_a_short_one_and_each_fits_the_sizes()
    {
        SizeHistogram sizes = new();
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            sizes.Add(random.Next(1, 1025));
        }

        int before = 0;
        double wasteBefore = double.PositiveInfinity;
        foreach (double length in (double[])[1, 1000, 30_000, 1_000_000])
        {
            SlabAllocatorOptions options = SlabAllocatorOptions.For(new SlabEventObservation { Sizes = sizes, AverageLength = length });
            Assert.Equal(SlabAllocatorOptions.Default, options with { SizeClasses = null });
            int classes = options.SizeClasses!.BlockSizes.Count;
            double waste = sizes.WastePerRequest(options.SizeClasses.BlockSizes);
            Assert.True(classes >= before && waste <= wasteBefore, $"{classes} classes waste {waste} bytes at length {length}.");
            Assert.True(options.SizeClasses.BlockSizes[^1] >= 1024);
            (before, wasteBefore) = (classes, waste);
        }

        Assert.InRange(SlabAllocatorOptions.For(new SlabEventObservation { Sizes = sizes, AverageLength = 1 }).SizeClasses!.BlockSizes.Count, 2, 10);
        Assert.True(before > 20, $"A million events get {before} classes.");
    }

    [Fact]
    public void A_queue_with_the_options_made_for_it_wastes_less()
    {
        // Lengths that fall just behind the default's classes.
        int[] lengths = [33, 70, 131, 260, 515, 1030, 2060];
        using var first = new SlabEventQueue();
        Fill(first);
        SlabAllocatorOptions options = SlabAllocatorOptions.For(first.Observe());
        using var second = new SlabEventQueue(new SlabEventQueueOptions { AllocatorOptions = options });
        Fill(second);
        Assert.Equal(first.Length, second.Length);
        long live = first.Allocator.GetStatistics().LiveBytes;
        long liveFitted = second.Allocator.GetStatistics().LiveBytes;
        Assert.True(liveFitted < live, $"{liveFitted} bytes are live, and {live} without the options.");
        for (uint i = 0; i < 20_000; i++)
        {
            Payload.Expect(second, lengths[i % lengths.Length], i);
        }

        Whole.StillWorks(second.Allocator);

        void Fill(SlabEventQueue queue)
        {
            for (uint i = 0; i < 20_000; i++)
            {
                Assert.True(queue.TryEnqueue(lengths[i % lengths.Length], i, Payload.Write));
            }
        }
    }
}
