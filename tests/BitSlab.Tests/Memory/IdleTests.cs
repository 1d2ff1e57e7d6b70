using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Core;
using BitSlab.Tests.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>What nobody uses goes back by itself, what is in use stays, and the timer runs only while there is something to look after.</summary>
public sealed unsafe class IdleTests
{
    private const long MiB = 1 << 20;

    // Ticked by the test alone: the process's timer leaves such an allocator out.
    private static readonly SlabAllocatorOptions s_ticked = new() { IdleGiveBack = false, HugePages = HugePages.Off };

    [Theory]
    [InlineData(Freer.Owner)]
    [InlineData(Freer.OtherWhileOwnerSleeps)]
    public void What_is_idle_is_gone_after_the_second_tick(Freer freer)
    {
        using Subject subject = Subject.Of(Face.Instance, s_ticked);
        using var owner = new Worker();
        nint[] blocks = Fill(subject, owner, 60_000, 512);
        long full = subject.Allocator.GetStatistics().CommittedBytes;
        Free(subject, owner, blocks, freer);

        subject.Allocator.Tick();
        subject.Allocator.Tick();

        // Left is the slab that the owner is at, alone in its chunk.
        SlabStatistics idle = subject.Allocator.GetStatistics();
        Assert.Equal((1, 1), (idle.Slabs, idle.Chunks));
        Assert.Equal(Layout.SliceBytes + idle.MetadataBytes, idle.CommittedBytes);
        Assert.True(idle.ReturnedBytes >= full - (MiB / 2), $"Of {full} bytes only {idle.ReturnedBytes} are back.");
        nint current = blocks[^1];
        owner.Run(() => current = subject.Alloc(512));
        long resident = Pages.ResidentBytes(current & -Layout.ChunkBytes, Layout.ChunkBytes);
        Assert.True(resident <= Layout.SliceBytes, $"{resident} bytes of the chunk are resident.");
    }

    [Fact]
    public void Idle_give_back_switched_off_keeps_all_but_for_trim()
    {
        using CoreFixture off = new(s_ticked, reservationBytes: 128u << 20);
        Allocator* on = off.NewAllocator(new SlabAllocatorOptions());
        ThreadHeap* heap = CoreFixture.NewHeap(on, 2ul << 24);
        foreach (ThreadHeap* each in (Span<nint>)[(nint)off.Heap, (nint)heap])
        {
            List<nint> blocks = [];
            for (int i = 0; i < 30_000; i++)
            {
                AllocStatus status;
                bool zeroed = false;
                blocks.Add((nint)Allocation.Alloc(each, 512, 1, &status, &zeroed));
            }

            for (int i = 0; i < blocks.Count; i++)
            {
                if (i > 20_000 || i % 128 != 0)
                {
                    off.Free(blocks[i], each->OwnerWord);
                }
            }
        }

        long before = off.Allocator->Returned;
        long committed = off.Allocator->Committed;
        long othersCommitted = on->Committed;
        for (int i = 0; i < 4; i++)
        {
            Rounds.Tick(off.Reservation);
        }

        Assert.Equal((before, committed), (off.Allocator->Returned, off.Allocator->Committed));
        Assert.True(on->Committed < othersCommitted / 2, "With give-back on nothing goes, either.");
        long given = (long)Rounds.TrimFamily(off.Allocator, CoreFixture.Token);
        Assert.Equal(given, off.Allocator->Returned - before);
        Assert.True(off.Allocator->Committed < committed / 2, $"{off.Allocator->Committed} of {committed} bytes are left after Trim.");
    }

    [Theory]
    [InlineData(Freer.Owner)]
    [InlineData(Freer.OtherWhileOwnerSleeps)]
    public void A_queue_that_fills_and_drains_between_ticks_keeps_its_memory(Freer freer)
    {
        using Subject subject = Subject.Of(Face.Instance, s_ticked);
        using var owner = new Worker();

        // What is given back and wanted again before the next tick is learned; from then on one use between any two ticks is enough.
        Free(subject, owner, Fill(subject, owner, 40_000, 512), freer);
        Free(subject, owner, Fill(subject, owner, 40_000, 512), freer);
        subject.Allocator.Tick();
        long learned = subject.Allocator.GetStatistics().ReturnedBytes;
        for (int round = 0; round < 10; round++)
        {
            Free(subject, owner, Fill(subject, owner, 40_000, 512), freer);
            subject.Allocator.Tick();
            Assert.Equal(learned, subject.Allocator.GetStatistics().ReturnedBytes);
        }
    }

    [Fact]
    public void The_timer_stops_when_nothing_is_idle_and_starts_again_when_something_is()
    {
        IReadOnlyDictionary<string, long> running = ChildProgram.Run("idle-timer");
        string[] stopped = ["first", "free-in-current", "thread-that-lives"];
        Assert.Equal(9, running.Count);
        Assert.All(running, figure => Assert.True(figure.Value == (stopped.Contains(figure.Key) ? 0 : 1), $"The timer at {figure.Key}: {figure.Value}."));
    }

    [Fact]
    public void The_timer_starts_for_a_slab_that_trim_had_its_owner_give_up()
    {
        // The slab has room and is not current: the frees that follow are fast ones, which tell nobody.
        Assert.Equal(1, ChildProgram.Run("idle-timer-after-trim")["running"]);
    }

    [Fact]
    public void A_thread_that_allocated_once_costs_a_page_for_each_class_and_16_KiB()
    {
        const int Threads = 64;
        using Subject subject = Subject.Of(Face.Instance, s_ticked);
        Worker[] workers = [.. Enumerable.Range(0, Threads).Select(_ => new Worker())];
        List<nint> blocks = [];
        foreach (Worker worker in workers)
        {
            worker.Run(() =>
            {
                foreach (nuint size in (nuint[])[50, 700])
                {
                    blocks.Add(subject.Alloc(size));
                    Pattern.Fill(blocks[^1], size, 1);
                }
            });
        }

        subject.Allocator.Tick();
        subject.Allocator.Tick();
        SlabOf[] slabs = [.. blocks.Select(SlabOf.Block).Distinct()];
        Assert.Equal(2 * Threads, slabs.Length);
        Assert.All(slabs, slab => Assert.Equal(Pages.Size, Pages.ResidentBytes(slab.Start, slab.Bytes)));
        long metadata = subject.Allocator.GetStatistics().MetadataBytes;
        Assert.True(metadata <= Threads * 16 * 1024, $"{metadata} bytes of metadata for {Threads} threads.");
        Array.ForEach(workers, worker => worker.Dispose());
    }

    public enum Freer
    {
        Owner,
        OtherWhileOwnerSleeps,
    }

    private static nint[] Fill(Subject subject, Worker owner, int count, int size)
    {
        var blocks = new nint[count];
        owner.Run(() =>
        {
            for (int i = 0; i < count; i++)
            {
                blocks[i] = subject.Alloc((nuint)size);
                *(nint*)blocks[i] = blocks[i];
            }
        });
        return blocks;
    }

    private static void Free(Subject subject, Worker owner, nint[] blocks, Freer freer)
    {
        if (freer == Freer.Owner)
        {
            owner.Run(() => Array.ForEach(blocks, subject.Free));
        }
        else
        {
            Array.ForEach(blocks, subject.Free);
        }
    }
}
