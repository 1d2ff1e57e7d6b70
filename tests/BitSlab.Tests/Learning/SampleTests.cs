using System;
using System.Linq;
using BitSlab.Learning;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>What is counted in bursts is what is asked for, whichever way the allocations go.</summary>
public sealed class SampleTests
{
    private const int Warm = 100;
    private const int Cold = 900;

    private static readonly SlabAllocatorOptions s_options = new() { Adaptive = AdaptiveSizing.Learn, IdleGiveBack = false };

    [Theory]
    [InlineData(Face.Instance)]
    [InlineData(Face.Handle)]
    public void Warm_blocks_are_counted_as_often_as_they_are_asked_for(Face face)
    {
        // The one block never leaves the fast path; the others come from new words and new slabs all the time.
        using Subject subject = Subject.Of(face, s_options);
        SizeHistogram counted = CountedOf(subject, ticks: 40, callsPerTick: 20_000);
        Assert.Equal(41L * SizeLearner.BurstLength, subject.Allocator.GetStatistics().Sizing.Samples);
        Assert.Equal([Warm, Cold], counted.Sizes.Select(each => each.Key));
        double share = (double)counted.Sizes.Last().Value / counted.Count;

        // Its standard deviation is a little more than 0.1 %: older samples count half.
        Assert.InRange(share, 0.045, 0.055);
    }

    [Fact]
    public void The_slow_path_alone_shows_another_mixture()
    {
        // Without bursts: what a sample of the slow path would be of. Each turn to another word or slab shows as a step in the addresses.
        using Subject subject = Subject.Of(Face.Instance, s_options with { Adaptive = AdaptiveSizing.Off });
        int warm = 0;
        int cold = 0;
        nint[] last = [0, 0];
        Load(subject, 200_000, new Random(1), (size, block) =>
        {
            int which = size == Warm ? 0 : 1;
            int perWord = 64 * (int)subject.GetUsableSize(block);
            nint word = (block & 0xFFFF) / perWord + ((block >> 16) * 1000);
            warm += which == 0 && last[0] != word ? 1 : 0;
            cold += which == 1 && last[1] != word ? 1 : 0;
            last[which] = word;
        });
        Assert.True(cold > 100 && warm < cold / 20, $"{warm} turns for warm blocks, {cold} for cold ones.");
    }

    [Fact]
    public void Each_thread_has_bursts_of_its_own()
    {
        // The first burst is the heap's own from its birth.
        using Subject subject = Subject.Of(Face.Instance, s_options);
        Worker[] workers = [.. Enumerable.Range(1, 4).Select(_ => new Worker())];
        for (int i = 0; i < workers.Length; i++)
        {
            nuint bytes = (nuint)(i + 1) * 16;
            workers[i].Run(() =>
            {
                for (int k = 0; k < 2 * SizeLearner.BurstLength; k++)
                {
                    subject.Free(subject.Alloc(bytes));
                }
            });
        }

        Assert.Equal(
            [new(16, SizeLearner.BurstLength), new(32, SizeLearner.BurstLength), new(48, SizeLearner.BurstLength), new(64, SizeLearner.BurstLength)],
            subject.Allocator.ExportProfile().CopyHistogram()!.Sizes);
        Array.ForEach(workers, worker => worker.Dispose());
    }

    [Fact]
    public void Aligned_requests_count_as_what_has_to_fit()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        nint[] blocks =
        [
            subject.AlignedAlloc(100, 64), subject.AlignedAlloc(100, 8), subject.AllocZeroed(33), subject.Realloc(0, 50), subject.Alloc(0), subject.Alloc(100_000),
        ];
        Assert.Equal(
            [new(1, 1L), new(33, 1L), new(50, 1L), new(100, 1L), new(128, 1L)],
            subject.Allocator.ExportProfile().CopyHistogram()!.Sizes);
        subject.FreeBatch(blocks);
    }

    [Fact]
    public void Behind_a_burst_a_warm_block_is_warm_again()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        SampledLoad.Run(subject, 1, 50, 700);
        nint kept = subject.Alloc(700);
        nint block = subject.Alloc(700);
        for (int burst = 0; burst < 5; burst++)
        {
            // The burst closes the fast path of each class, and its end opens that of those, too, that were not asked for.
            subject.Free(block);
            for (int i = 0; i < SizeLearner.BurstLength; i++)
            {
                subject.Free(subject.Alloc(50));
            }

            Assert.Equal(block, subject.Alloc(700));
            subject.Allocator.Tick();
        }

        subject.FreeBatch(kept, block);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(3000)]
    public void Zeroed_blocks_are_zero_within_bursts_and_between_them(int size)
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        var random = new Random(size);
        var blocks = new nint[6000];
        for (int i = 0; i < 40_000; i++)
        {
            ref nint block = ref blocks[random.Next(blocks.Length)];
            subject.Free(block);
            bool zeroed = random.Next(3) != 0;
            block = zeroed ? subject.AllocZeroed((nuint)size) : subject.Alloc((nuint)size);
            Assert.True(!zeroed || Pattern.IsZero(block, (nuint)size), "A zeroed block is not zero.");
            Pattern.Fill(block, (nuint)size, (uint)i);
            if (random.Next(3000) == 0)
            {
                subject.Allocator.Tick();
            }
        }

        subject.FreeBatch(blocks);
        Whole.Empty(subject.Allocator);
    }

    private static SizeHistogram CountedOf(Subject subject, int ticks, int callsPerTick)
    {
        var random = new Random(1);
        for (int tick = 0; tick <= ticks; tick++)
        {
            Load(subject, callsPerTick, random, (_, _) => { });
            if (tick < ticks)
            {
                subject.Allocator.Tick();
            }
        }

        return subject.Allocator.ExportProfile().CopyHistogram()!;
    }

    // One in twenty stays, so that the slabs of its size grow; all others use one block.
    private static void Load(Subject subject, int calls, Random random, Action<int, nint> allocated)
    {
        for (int i = 0; i < calls; i++)
        {
            int size = random.Next(20) == 0 ? Cold : Warm;
            nint block = subject.Alloc((nuint)size);
            allocated(size, block);
            if (size == Warm)
            {
                subject.Free(block);
            }
        }
    }
}
