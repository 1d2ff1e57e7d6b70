using System;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Concurrency;

/// <summary>Allocators that are disposed while other threads hold handles and thread-table entries of them.</summary>
[Collection(AloneCollection.Name)]
public sealed unsafe class StaleHandleTests
{
    [Fact]
    public void A_stale_handle_and_slot_never_reach_the_next_allocator()
    {
        using var disposer = new Worker();
        Worker.RunOnce(() =>
        {
            for (int round = 0; round < 300; round++)
            {
                SlabAllocator? first = null;
                disposer.Run(() => first = new SlabAllocator());
                SlabThreadHeap stale = first!.GetThreadHeap();
                void* block = stale.Alloc(100);
                void* kept = first.Alloc(100);
                SlabAllocator? next = null;
                nint[] theirs = [];
                disposer.Run(() =>
                {
                    first.Dispose();
                    next = new SlabAllocator();
                    theirs = Fill(next);
                });

                // The old handle and the old instance refuse; the new instance starts afresh on this thread.
                Assert.True(Refuses(stale, block), "A stale handle was served.");
                Assert.Throws<ObjectDisposedException>(() => first.Alloc(100));
                Assert.Throws<ObjectDisposedException>(() => first.Free(kept));
                nint[] mine = Fill(next!);
                Assert.True(Refuses(stale, block), "A stale handle was served.");
                Verify(mine);
                Verify(theirs);
                Assert.Equal(mine.Length + theirs.Length, next!.GetStatistics().LiveBlocks);
                disposer.Run(next.Dispose);
            }
        });
    }

    [Fact]
    public void A_handle_never_reaches_any_of_many_later_allocators_of_its_own_thread() =>
        Assert.Equal(500, ChildProgram.Run("stale-handle")["refused"]);

    [Fact]
    public void Many_threads_hold_handles_while_their_allocators_are_replaced()
    {
        // In step: all use, one replaces, all find their handles refused.
        const int Threads = 3;
        var allocator = new SlabAllocator();
        using var barrier = new Barrier(Threads);
        Crowd.Run(Threads, thread =>
        {
            for (int round = 0; round < 150; round++)
            {
                SlabThreadHeap handle = allocator.GetThreadHeap();
                void* block = handle.Alloc(64);
                nint[] mine = Fill(allocator);
                Verify(mine);
                Step(barrier);
                if (thread == round % Threads)
                {
                    allocator.Dispose();
                    allocator = new SlabAllocator();
                }

                Step(barrier);
                Assert.True(Refuses(handle, block), "A stale handle was served.");
                Step(barrier);
            }
        });
        Whole.Empty(allocator);
        allocator.Dispose();
    }

    private static void Step(Barrier barrier) => Assert.True(barrier.SignalAndWait(Crowd.HangGuard), "A thread does not come.");

    private static bool Refuses(SlabThreadHeap handle, void* block)
    {
        int refused = 0;
        try { handle.Alloc(100); } catch (ObjectDisposedException) { refused++; }

        try { handle.Alloc(100_000); } catch (ObjectDisposedException) { refused++; }

        try { handle.TryAlloc(20_000, out _); } catch (ObjectDisposedException) { refused++; }

        try { handle.Free(block); } catch (ObjectDisposedException) { refused++; }

        try { handle.FreeBatch([(nint)block]); } catch (ObjectDisposedException) { refused++; }

        return refused == 5;
    }

    private static nint[] Fill(SlabAllocator allocator)
    {
        var blocks = new nint[64];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (nint)allocator.Alloc(SizeOf(i));
            Pattern.Fill(blocks[i], SizeOf(i), (uint)i);
        }

        return blocks;
    }

    private static void Verify(nint[] blocks)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            Pattern.Verify(blocks[i], SizeOf(i), (uint)i);
        }
    }

    private static nuint SizeOf(int i) => i == 9 ? 70_000 : (nuint)(i * 20);
}
