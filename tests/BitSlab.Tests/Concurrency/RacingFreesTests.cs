using System;
using System.Collections.Concurrent;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Concurrency;

/// <summary>One block freed by several threads at the same moment: one free counts, the others are refused or reported.</summary>
[Collection(AloneCollection.Name)]
public sealed class RacingFreesTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_others_frees_all_but_one_are_refused(int freers)
    {
        using Subject subject = Subject.Of(Face.Instance);
        using var owner = new Worker();
        nint keep = 0;
        owner.Run(() => keep = subject.Alloc(64));
        long refused = 0;
        for (int round = 0; round < 20; round++)
        {
            nint[] blocks = [];
            owner.Run(() => blocks = Allocate(subject, 500));
            var pace = new Pace(freers);
            Crowd.Run(freers, _ =>
            {
                for (int i = 0; i < blocks.Length; i++)
                {
                    pace.Next(i);
                    if (!TryFree(subject, blocks[i]))
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            });
            Assert.Equal(1, subject.Allocator.GetStatistics().LiveBlocks);
        }

        Assert.Equal(20L * 500 * (freers - 1), refused);
        Assert.Equal(refused, subject.Allocator.GetStatistics().InvalidFrees);
        owner.Run(() => AssertWorks(subject));
        subject.Free(keep);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Of_the_owners_and_anothers_free_one_is_refused_or_reported()
    {
        // Some of these meet within the few instructions in which neither sees the other. Both then return; the owner hears of it
        // when it has collected. It collects before it allocates: an address that is handed out again first is the one open case.
        using Subject subject = Subject.Of(Face.Instance);
        long refused = 0;
        var reports = new ConcurrentQueue<(int Thread, InvalidBlockKind Kind)>();
        subject.Allocator.InvalidFreeDetected += (_, e) => reports.Enqueue((Environment.CurrentManagedThreadId, e.Kind));
        const int Rounds = 150;
        const int Blocks = 1000;
        var go = new Pace(2);
        var pace = new Pace(2);
        nint[] blocks = [];
        int ownerThread = 0;
        Crowd.Run(
            () =>
            {
                ownerThread = Environment.CurrentManagedThreadId;
                nint keep = subject.Alloc(64);
                try
                {
                    for (int round = 0; round < Rounds; round++)
                    {
                        blocks = Allocate(subject, Blocks);
                        go.Next(2 * round);
                        FreeAll(round);
                        go.Next((2 * round) + 1);
                        subject.Allocator.Trim();
                        Assert.Equal(1, subject.Allocator.GetStatistics().LiveBlocks);
                        Assert.Equal((long)Blocks * (round + 1), subject.Allocator.GetStatistics().InvalidFrees);
                        AssertWorks(subject);
                    }
                }
                finally
                {
                    go.End();
                    pace.End();
                }

                subject.Free(keep);
            },
            () =>
            {
                for (int round = 0; round < Rounds && !go.Ended; round++)
                {
                    go.Next(2 * round);
                    FreeAll(round);
                    go.Next((2 * round) + 1);
                }
            });
        Assert.Equal((long)Rounds * Blocks, subject.Allocator.GetStatistics().InvalidFrees);
        TestContext.Current.TestOutputHelper!.WriteLine($"{refused} of {Rounds * Blocks} were refused at once, {reports.Count} reported.");
        Assert.True(refused + reports.Count <= (long)Rounds * Blocks);
        Assert.True(refused == (long)Rounds * Blocks || !reports.IsEmpty, "Frees were dropped, yet none was reported.");
        Assert.All(reports, r => Assert.Equal((ownerThread, InvalidBlockKind.DoubleFree), r));
        Whole.Empty(subject.Allocator);

        void FreeAll(int round)
        {
            var random = new Random(Environment.CurrentManagedThreadId + round);
            for (int i = 0; i < Blocks; i++)
            {
                pace.Next((round * Blocks) + i);

                // Who comes last to a step goes on first: by a random lead each meets the other at every instruction in turn.
                for (int lead = random.Next(60); lead > 0; lead--)
                {
                    Volatile.Read(ref lead);
                }

                if (!TryFree(subject, blocks[i]))
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }
    }

    private static nint[] Allocate(Subject subject, int count)
    {
        var blocks = new nint[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = subject.Alloc(64);
        }

        return blocks;
    }

    private static bool TryFree(Subject subject, nint block)
    {
        try
        {
            subject.Free(block);
            return true;
        }
        catch (InvalidBlockException)
        {
            return false;
        }
    }

    /// <summary>Through all blocks of some slabs, and back: none is handed out twice.</summary>
    private static void AssertWorks(Subject subject)
    {
        nint[] blocks = Allocate(subject, 3000);
        Assert.True(Overlaps.AllDistinct(blocks), "A block was handed out twice.");
        subject.FreeBatch(blocks);
    }
}
