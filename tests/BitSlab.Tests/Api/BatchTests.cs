using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>FreeBatch with good entries only; the bad ones are in the misuse tests.</summary>
public sealed class BatchTests
{
    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void A_batch_frees_blocks_of_all_kinds_in_any_order(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (int seed in new[] { 1, 2, 3 })
        {
            nint[] blocks = Mixed(subject, seed);
            new System.Random(seed).Shuffle(blocks);
            subject.FreeBatch(blocks);
            if (face != Face.Static)
            {
                Whole.Empty(subject.Allocator);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Null_entries_are_skipped(Face face)
    {
        using Subject subject = Subject.Of(face);
        nint a = subject.Alloc(100);
        nint b = subject.Alloc(100_000);
        subject.FreeBatch(0, a, 0, 0, b, 0);
        subject.FreeBatch(new nint[100]);
        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Another_thread_may_free_the_batch(Face face)
    {
        using Subject subject = Subject.Of(face);
        nint[] blocks = Mixed(subject, 5);
        Worker.RunOnce(() => subject.FreeBatch(blocks));
        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
        }
    }

    [Fact]
    public void A_batch_may_hold_blocks_of_many_threads()
    {
        using Subject subject = Subject.Of(Face.Instance);
        var blocks = new List<nint>();
        for (int thread = 0; thread < 4; thread++)
        {
            int seed = thread;
            Worker.RunOnce(() => blocks.AddRange(Mixed(subject, seed)));
        }

        blocks.AddRange(Mixed(subject, 9));
        nint[] all = [.. blocks];
        new System.Random(3).Shuffle(all);
        subject.FreeBatch(all);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void The_static_batch_takes_blocks_of_every_allocator()
    {
        using Subject a = Subject.Of(Face.Instance);
        using Subject b = Subject.Of(Face.Instance, SlabAllocatorOptions.Classic);
        using Subject any = Subject.Of(Face.Static);
        nint[] blocks = [.. Mixed(a, 1), .. Mixed(b, 2), .. Mixed(any, 3)];
        new System.Random(4).Shuffle(blocks);
        any.FreeBatch(blocks);
        Whole.Empty(a.Allocator);
        Whole.Empty(b.Allocator);
    }

    [Fact]
    public void Whole_slabs_freed_in_one_batch_can_be_had_again()
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (int round = 0; round < 5; round++)
        {
            nint[] blocks = [.. Enumerable.Range(0, 20_000).Select(_ => subject.Alloc(48))];
            Assert.True(Overlaps.AllDistinct(blocks));
            subject.FreeBatch(blocks);
            Whole.Holds(subject.Allocator, 0, 0);
        }

        Assert.True(subject.Allocator.GetStatistics().Chunks <= 1);
    }

    private static nint[] Mixed(Subject subject, int seed)
    {
        var random = new System.Random(seed);
        var blocks = new nint[1000];
        for (int i = 0; i < blocks.Length; i++)
        {
            nuint size = (i % 100) switch
            {
                7 => (nuint)random.Next(32_769, 1 << 20),
                8 => (nuint)random.Next(2 << 20, 5 << 20),
                _ => (nuint)random.Next(0, 3000),
            };
            blocks[i] = subject.Alloc(size);
        }

        return blocks;
    }
}
