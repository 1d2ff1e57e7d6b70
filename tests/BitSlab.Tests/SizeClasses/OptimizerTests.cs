using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using BitSlab.Learning;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.SizeClasses;

/// <summary>The ladder of least waste, against all ladders there are where they can be tried, and against the plain quadratic programme.</summary>
public sealed class OptimizerTests
{
    private static readonly Gen<int> s_alignments = Gen.Int[0, 12].Select(shift => 1 << shift);

    [Fact]
    public void No_ladder_at_all_is_better_and_no_better_one_is_shorter() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 10], Gen.Int[0, 15], Gen.Int[1, 12]).SelectMany((shift, steps, less, classes) =>
            Gen.Select(Gen.Int[0, (steps + 2) << shift], Gen.Long[0, 50], (size, count) => (Size: size, Count: count)).Array[0, 12].Select(requests =>
                (Alignment: 1 << shift, Max: Math.Max(1, (steps << shift) - (less % (1 << shift))), Classes: classes, Requests: requests)))
        .Sample(sample =>
        {
            (int Size, long Count)[] served = [.. sample.Requests.Where(request => request.Size <= sample.Max), (1, 1L)];
            SizeClassProfile best = SizeClassProfile.Optimize(
                Requests.Histogram([.. sample.Requests, (1, 1)]), sample.Classes, sample.Alignment, sample.Max);
            (long Waste, int Classes) least = AllLadders(sample.Alignment, sample.Max)
                .Where(ladder => ladder.Length <= sample.Classes)
                .Min(ladder => (Requests.Waste(ladder, served), ladder.Length));
            Assert.Equal(least, (Requests.Waste(best.BlockSizes, served), best.BlockSizes.Count));
        }, iter: 1_000, threads: 1);

    [Fact]
    public void With_many_sizes_it_costs_what_the_quadratic_programme_finds() =>
        Gen.Select(Requests.Many, Gen.Int[1, 40]).Sample((requests, classes) =>
        {
            SortedDictionary<int, long> sizes = new() { [32_768] = 0 };
            foreach ((int size, long count) in requests)
            {
                sizes[Math.Max(size, 1)] = sizes.GetValueOrDefault(Math.Max(size, 1)) + count;
            }

            int[] keys = [.. sizes.Keys];
            long[] counts = [.. sizes.Values];
            int[] optimum = LadderOptimizer.Optimize(keys, counts, new bool[keys.Length], classes, 1, 32_768);
            long asked = keys.Zip(counts, (size, count) => size * count).Sum();
            Assert.Equal(LeastBytes(keys, counts, classes) - asked, Requests.Waste(optimum, keys.Zip(counts)));
        }, iter: 300, threads: 1);

    [Fact]
    public void Every_ladder_is_aligned_ascending_and_holds_the_maximum() =>
        Gen.Select(Requests.Many, Gen.Int[1, 256], s_alignments, Gen.Int[1, 32_768]).Sample((requests, classes, alignment, max) =>
        {
            SizeClassProfile best = SizeClassProfile.Optimize(Requests.Histogram([.. requests, (1, 1)]), classes, alignment, max);
            Assert.InRange(best.BlockSizes.Count, 1, classes);
            Assert.All(best.BlockSizes, size => Assert.Equal(0, size % alignment));
            Assert.All(best.BlockSizes.Zip(best.BlockSizes.Skip(1)), pair => Assert.True(pair.First < pair.Second));
            Assert.Equal(Requests.RoundUp(max, alignment), best.BlockSizes[^1]);
            Assert.Equal((alignment, null), (best.Alignment, best.Source));
            Assert.Equal(
                Requests.Histogram([.. requests.Where(request => request.Size <= max), (1, 1)]).Sizes, best.CopyHistogram()!.Sizes);
        }, iter: 300, threads: 1);

    [Fact]
    public void More_classes_and_smaller_alignments_never_waste_more() =>
        Gen.Select(Requests.Many, Gen.Int[1, 255], Gen.Int[1, 12].Select(shift => 1 << shift)).Sample((requests, classes, alignment) =>
        {
            SizeHistogram histogram = Requests.Histogram([.. requests, (1, 1)]);
            long waste = WasteOf(classes, alignment);
            Assert.True(WasteOf(classes + 1, alignment) <= waste);
            Assert.True(WasteOf(classes, alignment / 2) <= waste);

            long WasteOf(int k, int a) => Requests.Waste(SizeClassProfile.Optimize(histogram, k, a).BlockSizes, [.. requests, (1, 1)]);
        }, iter: 200, threads: 1);

    [Fact]
    public void As_many_classes_as_sizes_waste_nothing() =>
        Requests.Many.Sample(requests =>
        {
            SizeHistogram histogram = Requests.Histogram([.. requests, (1, 1)]);
            int classes = histogram.Sizes.Count + 1;
            SizeClassProfile best = SizeClassProfile.Optimize(histogram, classes, alignment: 1);
            Assert.Equal(0, histogram.WastePerRequest(best.BlockSizes));
            Assert.Equal(histogram.Sizes.Select(entry => entry.Key).Append(32_768).Distinct(), best.BlockSizes);
            Assert.Equal(best.BlockSizes, SizeClassProfile.Optimize(histogram, 256, alignment: 1).BlockSizes);
        }, iter: 200, threads: 1);

    [Fact]
    public void The_same_requests_give_the_same_ladder_in_whatever_order_they_came() =>
        Gen.Select(Requests.Many, Gen.Int[1, 64], s_alignments).Sample((requests, classes, alignment) => Assert.Equal(
            SizeClassProfile.Optimize(Requests.Histogram([.. requests, (1, 1)]), classes, alignment).BlockSizes,
            SizeClassProfile.Optimize(Requests.Histogram([(1, 1), .. requests.Reverse()]), classes, alignment).BlockSizes), iter: 200, threads: 1);

    [Fact]
    public void Of_ladders_that_waste_the_same_it_is_the_one_of_smaller_blocks() =>
        // 32 would waste 16 bytes as well: for the 16.
        Assert.Equal([16, 48], SizeClassProfile.Optimize(Requests.Histogram([(16, 1), (32, 1), (48, 1)]), 2, 16, 48).BlockSizes);

    [Fact]
    public void Sizes_that_nobody_asks_for_get_no_class() =>
        Assert.Equal([16, 64], LadderOptimizer.Optimize([16, 32, 48, 64], [1, 0, 0, 1], new bool[4], 4, 1, 64));

    [Fact]
    public void Sizes_wanted_with_an_alignment_are_classes_and_the_rest_is_the_best_there_is_then() =>
        Gen.Select(
            Gen.Select(Gen.Int[1, 12], Gen.Long[0, 50], (size, count) => (Size: size * 16, Count: count)).Array[1, 10],
            Gen.Int[1, 12].Array[0, 4],
            Gen.Int[1, 12]).Sample((requests, wanted, classes) =>
        {
            SizeHistogram histogram = Requests.Histogram([.. requests, (1, 1)]);
            foreach (int steps in wanted)
            {
                histogram.AddAligned(steps * 16, 16);
            }

            int[] required = [.. histogram.AlignedSizes];
            bool kept = required.Length <= classes / 2;
            (int Size, long Count)[] served = [.. histogram.Sizes.Select(entry => (entry.Key, entry.Value))];
            IReadOnlyList<int> best = SizeClassProfile.Optimize(histogram, classes, 16, 192).BlockSizes;
            long least = AllLadders(16, 192)
                .Where(ladder => ladder.Length <= classes && (!kept || required.All(ladder.Contains)))
                .Min(ladder => Requests.Waste(ladder, served));
            Assert.Equal(least, Requests.Waste(best, served));
            Assert.True(!kept || required.All(best.Contains));
        }, iter: 500, threads: 1);

    [Fact]
    public void One_class_is_the_maximum() =>
        Assert.Equal([4_096], SizeClassProfile.Optimize(Requests.Histogram([(1, 1)]), 1, 4_096, 1).BlockSizes);

    [Fact]
    public void What_cannot_be_is_refused()
    {
        SizeHistogram some = Requests.Histogram([(100, 1)]);

        Assert.Throws<ArgumentNullException>("histogram", () => SizeClassProfile.Optimize(null!, 1));
        Assert.Throws<ArgumentException>("histogram", () => SizeClassProfile.Optimize(new SizeHistogram(), 1));
        Assert.Throws<ArgumentException>("histogram", () => SizeClassProfile.Optimize(some, 1, 16, 99));
        Assert.Throws<ArgumentOutOfRangeException>("classes", () => SizeClassProfile.Optimize(some, 0));
        Assert.Throws<ArgumentOutOfRangeException>("classes", () => SizeClassProfile.Optimize(some, 257));
        Assert.Throws<ArgumentOutOfRangeException>("maxBlockSize", () => SizeClassProfile.Optimize(some, 1, 16, 0));
        Assert.Throws<ArgumentOutOfRangeException>("maxBlockSize", () => SizeClassProfile.Optimize(some, 1, 16, 32_769));
        foreach (int alignment in (int[])[0, -16, 24, 8_192])
        {
            Assert.Throws<ArgumentOutOfRangeException>("alignment", () => SizeClassProfile.Optimize(some, 1, alignment));
        }
    }

    // All sets of multiples of the alignment that end with the maximum rounded up, not only those of sizes that are asked for.
    private static IEnumerable<int[]> AllLadders(int alignment, int max)
    {
        int last = Requests.RoundUp(max, alignment);
        int others = (last / alignment) - 1;
        for (uint set = 0; set < 1u << others; set++)
        {
            int[] ladder = new int[BitOperations.PopCount(set) + 1];
            int count = 0;
            for (int bit = 0; bit < others; bit++)
            {
                if ((set >> bit & 1) != 0)
                {
                    ladder[count++] = (bit + 1) * alignment;
                }
            }

            ladder[count] = last;
            yield return ladder;
        }
    }

    private static long LeastBytes(int[] sizes, long[] counts, int classes)
    {
        // Of the first sizes, in so many runs; a run costs its largest size for each of its requests.
        long[] least = [0, .. Enumerable.Repeat(long.MaxValue, sizes.Length)];
        long all = long.MaxValue;
        for (int run = 0; run < classes; run++)
        {
            long[] next = [.. Enumerable.Repeat(long.MaxValue, sizes.Length + 1)];
            for (int end = 1; end <= sizes.Length; end++)
            {
                long requests = 0;
                for (int from = end - 1; from >= 0; from--)
                {
                    requests += counts[from];
                    if (least[from] != long.MaxValue)
                    {
                        next[end] = Math.Min(next[end], least[from] + (sizes[end - 1] * requests));
                    }
                }
            }

            least = next;
            all = Math.Min(all, least[^1]);
        }

        return all;
    }
}
