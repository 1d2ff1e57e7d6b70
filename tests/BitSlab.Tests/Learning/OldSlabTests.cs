using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Core;
using BitSlab.Tests.Support;
using BitSlab.Threads;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>What becomes of slabs that were cut for another ladder than the one in use.</summary>
public sealed unsafe class OldSlabTests
{
    private const int Maximum = 32_768;

    // Of the default ladder it has 48, 512 and the last alone.
    private static readonly int[] s_others = [24, 48, 136, 264, 512, 1144, 3000, 9000, Maximum];

    private static readonly SlabAllocatorOptions s_options = new()
    {
        Adaptive = AdaptiveSizing.Learn,
        IdleGiveBack = false,
        MinimumAlignment = 8,
        ClassGranularity = 16,
        HugePages = HugePages.Off,
    };

    /// <summary>Sizes with the block size that the default ladder gives them; none is in the other.</summary>
    public static TheoryData<int, int> Sizes => new() { { 1, 16 }, { 100, 112 }, { 1000, 1008 }, { 1025, 1152 }, { 5000, 5120 }, { 20_000, 20_480 } };

    /// <summary>Who frees in old slabs.</summary>
    public static TheoryData<Freer> Freers => [Freer.Owner, Freer.Other, Freer.Both, Freer.AfterOwnerEnded];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Misuse_in_an_old_slab_is_exact(int size, int blockSize)
    {
        foreach (Face face in (Face[])[Face.Instance, Face.Handle])
        {
            using Subject subject = Subject.Of(face, s_options);
            using Subject foreign = Subject.Of(Face.Instance);
            nint[] blocks = Filled(subject, 70, size);
            nint freed = blocks[3];
            subject.Free(freed);
            Change(subject, s_others);
            Refused.ByEveryCall(subject, InvalidBlockKind.DoubleFree, freed);
            for (int inside = 1; inside < blockSize; inside += int.Max(1, blockSize / 5))
            {
                Refused.ByEveryCall(subject, InvalidBlockKind.InteriorPointer, blocks[0] + inside);
            }

            nint other = foreign.Alloc((nuint)size);
            Refused.ByEveryCall(subject, InvalidBlockKind.OtherAllocator, other);
            Refused.ByEveryCall(foreign, InvalidBlockKind.OtherAllocator, blocks[0]);
            subject.Free(blocks[1]);
            Refused.ByEveryCall(subject, InvalidBlockKind.DoubleFree, blocks[1]);
            Worker.RunOnce(() =>
            {
                Refused.ByEveryCall(subject, InvalidBlockKind.DoubleFree, freed);
                Refused.ByEveryCall(subject, InvalidBlockKind.InteriorPointer, blocks[0] + 1);
                subject.Free(blocks[2]);
            });
            Refused.ByEveryCall(subject, InvalidBlockKind.DoubleFree, blocks[2]);
            nint[] live = [.. blocks[4..], blocks[0]];
            AssertHeld(subject, live, size, blockSize);
            subject.FreeBatch(live);
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Old_blocks_are_resized_in_place_where_they_serve_and_else_move_to_the_new_classes(int size, int blockSize)
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        nint[] blocks = Filled(subject, 3, size);
        Change(subject, s_others);
        Assert.Equal(blocks[0], subject.Realloc(blocks[0], (nuint)blockSize));
        Pattern.Verify(blocks[0], (nuint)size, Pattern.SeedOf(blocks[0]));
        int larger = blockSize + 1;
        nint moved = subject.Realloc(blocks[1], (nuint)larger);
        Assert.NotEqual(blocks[1], moved);
        Assert.Equal(Ladders.For(s_others, larger), (int)subject.GetUsableSize(moved));
        Assert.True(Pattern.Holds(moved, (nuint)size, (nuint)size, Pattern.SeedOf(blocks[1])));
        nint aligned = subject.AlignedRealloc(blocks[2], (nuint)larger, 512);
        Assert.Equal(0, aligned % 512);
        Assert.True(Pattern.Holds(aligned, (nuint)size, (nuint)size, Pattern.SeedOf(blocks[2])));
        subject.FreeBatch(blocks[0], moved, aligned);
        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [MemberData(nameof(Freers))]
    public void An_old_slab_serves_no_allocation_and_goes_when_it_is_empty(Freer freer)
    {
        foreach ((int size, int blockSize) in Sizes.Select(row => row.Data))
        {
            using Subject subject = Subject.Of(Face.Instance, s_options);
            using var owner = new Worker();
            nint[] blocks = [];

            // Full ones, one with room, and the one that is current.
            owner.Run(() =>
            {
                blocks = Filled(subject, 5 * SlabCapacity(subject, size) / 2, size);
                subject.Free(blocks[1]);
                Change(subject, s_others);
                nint[] others = Filled(subject, blocks.Length, size);
                Assert.Empty(others.Select(SlabOf.Block).Intersect(blocks.Select(SlabOf.Block)));
                Assert.All(others, block => Assert.Equal((nuint)Ladders.For(s_others, size), subject.GetUsableSize(block)));
                subject.FreeBatch(others);
            });
            nint[] live = [.. blocks.Where((_, i) => i != 1)];
            AssertHeld(subject, live, size, blockSize);
            Free(subject, owner, live, freer);
            subject.Allocator.Trim();
            Assert.DoesNotContain(subject.Allocator.GetStatistics().SizeClasses, each => each.BlockSize == blockSize);
            Assert.Equal(0, subject.Allocator.GetStatistics().InvalidFrees);
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [MemberData(nameof(Freers))]
    public void A_class_that_stays_goes_on_with_its_slabs(Freer freer) => SlabsServeAgain(freer, [512, 48], [s_others]);

    [Theory]
    [MemberData(nameof(Freers))]
    public void A_class_that_comes_again_takes_its_slabs_into_use_again(Freer freer) =>
        SlabsServeAgain(freer, [16, 112, 5120], [s_others, [16, 112, 5120, Maximum]]);

    [Fact]
    public void A_thread_that_slept_over_many_changes_goes_on_with_the_last_ladder()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        using var sleeper = new Worker();
        nint[] blocks = [];
        sleeper.Run(() => blocks = Filled(subject, 2000, 112));
        long slabs = SlabsOf(subject, 112);
        var random = new Random(1);
        Allocator* core = Ladders.CoreOf(subject.Allocator);
        for (int i = 0; i < 50; i++)
        {
            Ladders.Publish(core, Ladders.Random(random, 50, 8, Maximum));
        }

        int[] last = [8, 112, 504, Maximum];
        Ladders.Publish(core, last);
        subject.FreeBatch(blocks.AsSpan(0, 1000));
        sleeper.Run(() =>
        {
            nint[] again = Filled(subject, 1000, 112);
            Assert.Equal(slabs, SlabsOf(subject, 112));
            subject.FreeBatch(again);
            foreach (int size in (int[])[1, 9, 113, 505])
            {
                nint block = subject.Alloc((nuint)size);
                Assert.Equal((nuint)Ladders.For(last, size), subject.GetUsableSize(block));
                subject.Free(block);
            }

            subject.FreeBatch(blocks.AsSpan(1000));
        });
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Statistics_count_each_of_many_block_sizes_apart()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        List<nint> blocks = [];
        for (int shift = 0; shift < 8; shift++)
        {
            int[] ladder = [.. Enumerable.Range(1, 60).Select(i => (i * 64) + (shift * 8)), Maximum];
            Change(subject, ladder);
            blocks.AddRange(ladder[..60].Select(size => subject.Alloc((nuint)size)));
        }

        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Whole.Consistent(statistics);
        Assert.Equal(Enumerable.Range(8, 480).Select(i => i * 8), statistics.SizeClasses.Select(each => each.BlockSize));
        Assert.All(statistics.SizeClasses, each => Assert.Equal((1, 1), (each.Slabs, each.LiveBlocks)));
        subject.FreeBatch([.. blocks]);
        Whole.Empty(subject.Allocator);
    }

    // Room from before the ladders, from between, and from behind them is found before a slab is cut.
    private static void SlabsServeAgain(Freer freer, int[] blockSizes, int[][] ladders)
    {
        foreach (int blockSize in blockSizes)
        {
            using Subject subject = Subject.Of(Face.Instance, s_options);
            using var owner = new Worker();
            nint[] blocks = [];
            owner.Run(() => blocks = Filled(subject, 6 * SlabCapacity(subject, blockSize), blockSize));
            nint[] live = [.. blocks.Where((_, i) => i % 3 != 0)];
            nint[] freed = [.. blocks.Where((_, i) => i % 3 == 0)];
            int part = freed.Length / (ladders.Length + 1);
            long slabs = SlabsOf(subject, blockSize);
            for (int i = 0; i <= ladders.Length; i++)
            {
                nint[] now = i == ladders.Length ? freed[(i * part)..] : freed[(i * part)..((i + 1) * part)];
                Free(subject, owner, now, i == ladders.Length || freer != Freer.AfterOwnerEnded ? freer : Freer.Both);
                if (i < ladders.Length)
                {
                    owner.Run(() => Change(subject, ladders[i]));
                }
            }

            using var next = new Worker();
            nint[] again = [];
            (freer == Freer.AfterOwnerEnded ? next : owner).Run(() => again = Filled(subject, freed.Length, blockSize));
            Assert.Equal(freed.Order(), again.Order());
            Assert.Equal(slabs, SlabsOf(subject, blockSize));
            AssertHeld(subject, [.. live, .. again], blockSize, blockSize);
            subject.FreeBatch([.. live, .. again]);
            Whole.Empty(subject.Allocator);
        }
    }

    private static void Free(Subject subject, Worker owner, nint[] blocks, Freer freer)
    {
        nint[] ofOwner = [.. blocks.Where((_, i) => freer == Freer.Owner || (freer == Freer.Both && i % 2 == 0))];
        if (ofOwner.Length != 0)
        {
            owner.Run(() => Array.ForEach(ofOwner, subject.Free));
        }

        if (freer == Freer.AfterOwnerEnded)
        {
            owner.Dispose();
            ThreadRegistry.OrphanHeapsOfDeadThreads();
        }

        Array.ForEach([.. blocks.Except(ofOwner)], subject.Free);
    }

    // A large block leaves the fast path, and with it the calling thread's heap takes over the ladder.
    private static void Change(Subject subject, int[] ladder)
    {
        Ladders.Publish(Ladders.CoreOf(subject.Allocator), ladder);
        subject.Free(subject.Alloc(100_000));
    }

    private static nint[] Filled(Subject subject, int count, int size)
    {
        var blocks = new nint[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = subject.Alloc((nuint)size);
            Pattern.Fill(blocks[i], (nuint)size, Pattern.SeedOf(blocks[i]));
        }

        return blocks;
    }

    private static int SlabCapacity(Subject subject, int size)
    {
        nint block = subject.Alloc((nuint)size);
        int capacity = SlabOf.Block(block).BlockCount;
        subject.Free(block);
        return capacity;
    }

    private static long SlabsOf(Subject subject, int blockSize) =>
        subject.Allocator.GetStatistics().SizeClasses.Single(each => each.BlockSize == blockSize).Slabs;

    // Contents, usable sizes, the walk and the statistics.
    private static void AssertHeld(Subject subject, nint[] live, int size, int blockSize)
    {
        foreach (nint block in live)
        {
            Pattern.Verify(block, (nuint)size, Pattern.SeedOf(block));
            Assert.Equal((nuint)blockSize, subject.GetUsableSize(block));
        }

        SlabStatistics statistics = subject.Allocator.GetStatistics();
        Whole.Consistent(statistics);
        SizeClassStatistics old = statistics.SizeClasses.Single(each => each.BlockSize == blockSize);
        Assert.Equal((live.Length, live.Select(SlabOf.Block).Distinct().Count()), (old.LiveBlocks, old.Slabs));
        List<nint> walked = [];
        foreach (SlabBlock block in subject.Allocator.EnumerateBlocks())
        {
            Assert.Equal((nuint)blockSize, block.UsableSize);
            walked.Add(block.Address);
        }

        Assert.Equal(live.Order(), walked);
    }
}
