using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Misuse;

/// <summary>A batch frees all its good entries, then reports the first bad one and how many there were.</summary>
public sealed class BatchMisuseTests
{
    public static TheoryData<Face, bool> FacesAndThreads => new()
    {
        { Face.Static, false }, { Face.Static, true }, { Face.Instance, false }, { Face.Instance, true },
        { Face.Handle, false }, { Face.Handle, true },
    };

    [Theory]
    [MemberData(nameof(FacesAndThreads))]
    public void Good_entries_are_freed_and_bad_ones_reported(Face face, bool remote)
    {
        using Subject subject = Subject.Of(face);
        nint keep = subject.Alloc(100);
        nint small = subject.Alloc(100);
        nint middle = subject.Alloc(5000);
        nint large = subject.Alloc(100_000);
        nint huge = subject.Alloc(5 << 20);
        Pattern.Fill(keep, 100, 1);
        nint[] batch = [small, 0, keep + 8, 1, middle, large + 16, large, 12_345, huge, 0];
        Check(subject, remote, batch, InvalidBlockKind.InteriorPointer, index: 2, count: 4);
        Pattern.Verify(keep, 100, 1);
        if (face != Face.Static)
        {
            Whole.Holds(subject.Allocator, 1, 112);
            Assert.Equal(4, subject.Allocator.GetStatistics().InvalidFrees);
        }

        subject.Free(keep);
    }

    [Theory]
    [MemberData(nameof(FacesAndThreads))]
    public void Twins_are_refused_once(Face face, bool remote)
    {
        using Subject subject = Subject.Of(face);
        nint[] keep = [.. Enumerable.Range(0, 10).Select(_ => subject.Alloc(64))];
        nint a = subject.Alloc(64);
        nint b = subject.Alloc(64);
        Check(subject, remote, [a, a], InvalidBlockKind.DoubleFree, index: 1, count: 1);
        a = subject.Alloc(64);
        Check(subject, remote, [a, b, 0, b, a, a], InvalidBlockKind.DoubleFree, index: 3, count: 3);
        subject.FreeBatch(keep);
        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Twins_of_the_last_blocks_of_a_slab_are_refused(bool remote)
    {
        // With the last block the slab may go back to its chunk, in the middle of the batch.
        foreach (nuint size in new nuint[] { 16, 64, 1024, 4096, 32_768 })
        {
            using Subject subject = Subject.Of(Face.Instance);
            nint[] blocks = [.. Enumerable.Range(0, 9000 / (int)Math.Max(1, size / 64)).Select(_ => subject.Alloc(size))];
            nint[] batch = [.. blocks, .. blocks.Reverse()];
            InvalidBlockException? thrown = null;
            Run(remote, () => thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(batch)));
            Assert.Equal((blocks[^1], blocks.Length, blocks.Length), (thrown!.Address, thrown.BatchIndex, thrown.RefusedCount));
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Twins_among_large_blocks_are_refused(bool malloc)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        foreach (nuint size in new nuint[] { 40_000, 1 << 20, 5 << 20 })
        {
            nint a = subject.Alloc(size);
            nint b = subject.Alloc(size);
            InvalidBlockException thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(a, b, a, b));
            Assert.Equal((a, 2, 2), (thrown.Address, thrown.BatchIndex, thrown.RefusedCount));
            Whole.Empty(subject.Allocator);
        }
    }

    [Fact]
    public void Foreign_blocks_in_a_batch_stay_alive()
    {
        using Subject a = Subject.Of(Face.Instance);
        using Subject b = Subject.Of(Face.Instance);
        nint[] ofA = [.. Enumerable.Range(0, 100).Select(i => a.Alloc((nuint)(i * 50)))];
        nint[] ofB = [.. Enumerable.Range(0, 100).Select(i => b.Alloc((nuint)(i * 50)))];
        nint[] mixed = [.. ofA.Zip(ofB).SelectMany(p => new[] { p.First, p.Second })];
        InvalidBlockException thrown = Assert.Throws<InvalidBlockException>(() => a.FreeBatch(mixed));
        Assert.Equal((InvalidBlockKind.OtherAllocator, ofB[0]), (thrown.Kind, thrown.Address));
        Assert.Equal((1, 100), (thrown.BatchIndex, thrown.RefusedCount));
        Whole.Empty(a.Allocator);
        Assert.Equal(100, b.Allocator.GetStatistics().LiveBlocks);
        b.FreeBatch(ofB);
        Whole.Empty(b.Allocator);
    }

    [Fact]
    public void A_batch_of_nothing_but_bad_entries_changes_nothing()
    {
        using Subject subject = Subject.Of(Face.Instance);
        nint block = subject.Alloc(1000);
        Pattern.Fill(block, 1000, 1);
        nint[] bad = [.. Enumerable.Range(1, 991).Select(i => block + i)];
        InvalidBlockException thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(bad));
        Assert.Equal((0, 991), (thrown.BatchIndex, thrown.RefusedCount));
        Pattern.Verify(block, 1000, 1);
        Whole.Holds(subject.Allocator, 1, 1008);
        subject.Free(block);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Random_batches_with_faults_free_exactly_the_good()
    {
        var random = new Random(7);
        using Subject subject = Subject.Of(Face.Instance);
        for (int round = 0; round < 100; round++)
        {
            var batch = new List<nint>();
            int refused = 0;
            for (int i = 0; i < 200; i++)
            {
                nint block = subject.Alloc((nuint)random.Next(1, 2000));
                batch.Add(block);
                if (random.Next(5) == 0)
                {
                    batch.Add(random.Next(3) switch { 0 => block, 1 => block + 8, _ => random.Next(1, 10_000) });
                    refused++;
                }
            }

            nint[] entries = [.. batch];
            random.Shuffle(entries);
            InvalidBlockException? thrown = null;
            Run(round % 2 == 1, () => thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(entries)));
            Assert.Equal(refused, thrown!.RefusedCount);
            Whole.Holds(subject.Allocator, 0, 0);
        }

        Whole.Empty(subject.Allocator);
    }

    private static void Check(Subject subject, bool remote, nint[] batch, InvalidBlockKind kind, int index, int count)
    {
        InvalidBlockException? thrown = null;
        Run(remote, () => thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(batch)));
        Assert.Equal((kind, batch[index], index, count), (thrown!.Kind, thrown.Address, thrown.BatchIndex, thrown.RefusedCount));
    }

    private static void Run(bool remote, Action step)
    {
        if (remote)
        {
            Worker.RunOnce(step);
        }
        else
        {
            step();
        }
    }
}
