using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.SizeClasses;

public sealed class HistogramTests
{
    [Fact]
    public void Requests_are_summed_by_size_in_ascending_order()
    {
        SizeHistogram histogram = Requests.Histogram([(300, 2), (0, 3), (32_768, 1), (1, 4), (50, 0), (300, 5)]);

        Assert.Equal([new(1, 7), new(300, 7), new(32_768, 1)], histogram.Sizes);
        Assert.Equal((15, 7 + 2_100 + 32_768), (histogram.Count, histogram.Bytes));
    }

    [Fact]
    public void What_cannot_be_is_refused_and_changes_nothing()
    {
        SizeHistogram histogram = Requests.Histogram([(5, 1)]);

        Assert.Throws<ArgumentOutOfRangeException>("size", () => histogram.Add(-1));
        Assert.Throws<ArgumentOutOfRangeException>("size", () => histogram.Add(32_769));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => histogram.Add(5, -1));
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => histogram.Add(6, 1L << 45));
        Assert.Throws<ArgumentNullException>("other", () => histogram.Add(null!));
        Assert.Equal([new KeyValuePair<int, long>(5, 1)], histogram.Sizes);
        histogram.Add(6, (1L << 45) - 1);
        Assert.Equal(1L << 45, histogram.Count);
    }

    [Fact]
    public void The_most_that_can_be_counted_does_not_overflow()
    {
        SizeHistogram histogram = Requests.Histogram([(SizeHistogram.MaxSize - 32_767, 1L << 45)]);

        Assert.Equal(32_767, histogram.WastePerRequest([SizeHistogram.MaxSize]));
        Assert.Equal([1], SizeClassProfile.Optimize(histogram, 2, 1).BlockSizes.SkipLast(1));
        Assert.Equal([16, 32_768], SizeClassProfile.Optimize(histogram, 256).BlockSizes);
        Assert.Equal(1L << 60, Requests.Histogram([(32_768, 1L << 45)]).Bytes);
    }

    [Fact]
    public void Histograms_are_added_also_to_themselves()
    {
        SizeHistogram sum = Requests.Histogram([(8, 1), (9, 2)]);
        sum.Add(Requests.Histogram([(9, 10), (70, 20)]));
        sum.Add(sum);

        Assert.Equal([new(8, 2), new(9, 24), new(70, 40)], sum.Sizes);
    }

    [Fact]
    public void An_aligned_request_counts_with_its_size_rounded_up()
    {
        SizeHistogram histogram = Requests.Histogram([(64, 1)]);
        histogram.AddAligned(0, 16);
        histogram.AddAligned(33, 32, 4);
        histogram.AddAligned(200, 8, 0);
        SizeHistogram sum = Requests.Histogram([(16, 1)]);
        sum.Add(histogram);

        Assert.Equal([new(16, 2), new(64, 5)], sum.Sizes);
        Assert.Equal([16, 64], sum.AlignedSizes.Order());
        Assert.Throws<ArgumentOutOfRangeException>("alignment", () => sum.AddAligned(1, 24));
        Assert.Throws<ArgumentOutOfRangeException>("alignment", () => sum.AddAligned(1, 65_536));
        Assert.Throws<ArgumentOutOfRangeException>("size", () => sum.AddAligned(32_769, 16));
    }

    [Fact]
    public void Waste_is_the_mean_over_the_requests_that_a_block_holds()
    {
        SizeHistogram histogram = Requests.Histogram([(0, 1), (10, 2), (16, 3), (17, 1), (100, 1_000)]);

        // 15, twice 6, three times 0, and 47.
        Assert.Equal((15 + 12 + 0 + 47) / 7.0, histogram.WastePerRequest([16, 64]));
        Assert.Equal(0, histogram.WastePerRequest([]));
        Assert.Equal(0, new SizeHistogram().WastePerRequest([16]));
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(8, 32, 24)]
    public void Block_sizes_that_do_not_ascend_are_refused(params int[] blockSizes)
    {
        SizeHistogram histogram = Requests.Histogram([(1, 1)]);

        ArgumentException refused = Assert.Throws<ArgumentException>(nameof(blockSizes), () => histogram.WastePerRequest(blockSizes));
        Assert.Contains($"blockSizes[{blockSizes.Length - 1}]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waste_of_any_ladder_is_what_a_count_by_hand_says() =>
        Gen.Select(Requests.Many, Gen.Int[1, 32_768].HashSet[1, 40]).Sample((requests, sizes) =>
        {
            int[] ladder = [.. sizes.Order()];
            long served = requests.Where(request => request.Size <= ladder[^1]).Sum(request => request.Count);
            double expected = served == 0 ? 0 : (double)Requests.Waste(ladder, requests) / served;

            // The histogram adds doubles, in another order.
            Assert.Equal(expected, Requests.Histogram(requests).WastePerRequest(ladder), tolerance: expected * 1e-12);
        }, iter: 300, threads: 1);
}
