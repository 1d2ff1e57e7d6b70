using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>Reset, Dispose, the shared allocator, forgotten allocators.</summary>
public sealed unsafe class LifetimeTests
{
    [Fact]
    public void The_shared_allocator_is_what_SlabMemory_uses()
    {
        void* block = SlabMemory.Alloc(100);
        Assert.Same(SlabAllocator.Shared, SlabAllocator.Shared);
        Assert.Equal(SlabMemory.GetUsableSize(block), SlabAllocator.Shared.GetUsableSize(block));
        SlabAllocator.Shared.Free(block);
        block = SlabAllocator.Shared.Alloc(100);
        SlabMemory.Free(block);
    }

    [Fact]
    public void Dispose_of_the_shared_allocator_does_nothing()
    {
        nint block = (nint)SlabMemory.Alloc(100);
        Pattern.Fill(block, 100, 1);
        SlabAllocator.Shared.Dispose();
        SlabAllocator.Shared.Dispose();
        Pattern.Verify(block, 100, 1);
        SlabMemory.Free((void*)block);
        Whole.StillWorks(SlabAllocator.Shared);
    }

    [Fact]
    public void Reset_of_the_shared_allocator_is_refused()
    {
        nint block = (nint)SlabMemory.Alloc(100);
        Pattern.Fill(block, 100, 1);
        Assert.IsType<InvalidOperationException>(Record.Exception(SlabAllocator.Shared.Reset));
        Pattern.Verify(block, 100, 1);
        SlabMemory.Free((void*)block);
        Whole.StillWorks(SlabAllocator.Shared);
    }

    [Fact]
    public void Allocators_are_isolated()
    {
        using Subject a = Subject.Of(Face.Instance);
        using Subject b = Subject.Of(Face.Instance);
        nint[] blocks = Mixed(a, 1);
        nint[] others = Mixed(b, 2);
        a.Allocator.Reset();
        VerifyMixed(others, 2);
        Mixed(a, 3);
        VerifyMixed(others, 2);
        a.Dispose();
        VerifyMixed(others, 2);
        b.FreeBatch(others);
        Whole.Empty(b.Allocator);
        Assert.NotEmpty(blocks);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reset_frees_every_block_at_once(bool malloc)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        for (int round = 0; round < 5; round++)
        {
            Mixed(subject, 1);
            Worker.RunOnce(() => Mixed(subject, 2));
            subject.Allocator.Reset();
            Whole.Holds(subject.Allocator, 0, 0);
            subject.Allocator.Tick();
            subject.Allocator.Tick();
            SlabStatistics statistics = subject.Allocator.GetStatistics();
            Assert.True(statistics.Chunks <= 1 && statistics.CommittedBytes < 8 << 20, $"After a reset: {statistics}");
        }

        subject.Allocator.Reset();
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void After_a_reset_zeroed_blocks_are_zero()
    {
        using Subject subject = Subject.Of(Face.Instance);
        for (int round = 0; round < 3; round++)
        {
            Mixed(subject, 1);
            subject.Allocator.Reset();
            foreach (nuint size in new nuint[] { 1, 100, 1000, 20_000, 100_000, 3 << 20 })
            {
                Assert.True(Pattern.IsZero(subject.AllocZeroed(size), size));
            }
        }
    }

    [Fact]
    public void A_handle_works_on_after_a_reset()
    {
        using var allocator = new SlabAllocator();
        SlabThreadHeap heap = allocator.GetThreadHeap();
        for (int round = 0; round < 3; round++)
        {
            void* block = heap.Alloc(100);
            Pattern.Fill((nint)block, 100, 1);
            void* zeroed = heap.AllocZeroed(5000);
            Assert.True(Pattern.IsZero((nint)zeroed, 5000));
            heap.Free(zeroed);
            block = heap.Realloc(block, 200);
            Assert.True(Pattern.Holds((nint)block, 100, 100, 1));
            allocator.Reset();
            Whole.Holds(allocator, 0, 0);
        }

        void* last = heap.Alloc(100);
        allocator.Free(last);
        Whole.Empty(allocator);
    }

    [Fact]
    public void A_handle_of_another_thread_works_on_after_a_reset()
    {
        using var allocator = new SlabAllocator();
        using var main = new Worker();
        Worker.RunOnce(() =>
        {
            SlabThreadHeap heap = allocator.GetThreadHeap();
            for (int round = 0; round < 5; round++)
            {
                var blocks = new nint[100];
                for (int i = 0; i < blocks.Length; i++)
                {
                    blocks[i] = (nint)heap.Alloc((nuint)(i * 20));
                }

                heap.Free((void*)blocks[3]);
                main.Run(allocator.Reset);
                Assert.Equal(0, allocator.GetStatistics().LiveBlocks);
            }

            heap.Free(heap.Alloc(10));
        });
        Whole.Empty(allocator);
    }

    [Fact]
    public void A_disposed_allocator_refuses_every_call()
    {
        var allocator = new SlabAllocator(new SlabAllocatorOptions { Name = "gone" });
        void* block = allocator.Alloc(100);
        allocator.Dispose();
        allocator.Dispose();
        Action[] calls =
        [
            () => allocator.Alloc(1), () => allocator.Alloc(1, 1), () => allocator.AllocZeroed(1), () => allocator.AllocZeroed(1, 1),
            () => allocator.Alloc<int>(1), () => allocator.TryAlloc(1, out _), () => allocator.Realloc(null, 1),
            () => allocator.Realloc(block, 1), () => allocator.Free(block), () => allocator.AlignedAlloc(1, 1), () => allocator.AlignedRealloc(null, 1, 1),
            () => allocator.AlignedRealloc(block, 1, 1), () => allocator.AlignedFree(block), () => allocator.FreeBatch([(nint)block]),
            () => allocator.GetUsableSize(block), () => allocator.GetThreadHeap(), allocator.Reset, () => allocator.Trim(),
            () => allocator.GetStatistics(), () => Walk(allocator),
            () => allocator.Alloc(100_000), () => allocator.AlignedAlloc(10, 1 << 20), () => allocator.Alloc(10 << 20),
        ];
        for (int i = 0; i < calls.Length; i++)
        {
            Exception? thrown = Record.Exception(calls[i]);
            Assert.True(thrown is ObjectDisposedException, $"Call {i} gave {thrown?.GetType().Name ?? "no exception"}.");
        }

        Assert.Equal("gone", allocator.Options.Name);
    }

    [Fact]
    public void A_handle_refuses_after_dispose()
    {
        var allocator = new SlabAllocator();
        SlabThreadHeap heap = allocator.GetThreadHeap();
        void* block = heap.Alloc(100);
        allocator.Dispose();

        // A ref struct cannot be captured, so each call stands in a block of its own.
        var refused = new List<string>();
        try { heap.Alloc(100); } catch (ObjectDisposedException) { refused.Add("Alloc"); }

        try { heap.Alloc(100_000); } catch (ObjectDisposedException) { refused.Add("Alloc large"); }

        try { heap.AllocZeroed(100); } catch (ObjectDisposedException) { refused.Add("AllocZeroed"); }

        try { heap.TryAlloc(100, out _); } catch (ObjectDisposedException) { refused.Add("TryAlloc"); }

        try { heap.Realloc(null, 100); } catch (ObjectDisposedException) { refused.Add("Realloc null"); }

        try { heap.Realloc(block, 100); } catch (ObjectDisposedException) { refused.Add("Realloc"); }

        try { heap.Free(block); } catch (ObjectDisposedException) { refused.Add("Free"); }

        try { heap.FreeBatch([(nint)block]); } catch (ObjectDisposedException) { refused.Add("FreeBatch"); }

        Assert.Equal(["Alloc", "Alloc large", "AllocZeroed", "TryAlloc", "Realloc null", "Realloc", "Free", "FreeBatch"], refused);
    }

    [Fact]
    public void The_finalizer_of_a_forgotten_allocator_frees_nothing_while_blocks_live()
    {
        nint[] blocks = Forget();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Another allocator would get the chunks had they been given back.
        using (Subject other = Subject.Of(Face.Instance))
        {
            Mixed(other, 5);
            VerifyMixed(blocks, 4);
        }

        using Subject any = Subject.Of(Face.Static);
        foreach (nint block in blocks)
        {
            Assert.NotEqual((nuint)0, any.GetUsableSize(block));
        }

        blocks[0] = any.Realloc(blocks[0], 5000);
        any.FreeBatch(blocks);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static nint[] Forget()
        {
            Subject subject = Subject.Of(Face.Instance);
            return Mixed(subject, 4);
        }
    }

    [Fact]
    public void Forgotten_empty_allocators_do_no_harm()
    {
        Needs.Threads();
        for (int i = 0; i < 50; i++)
        {
            Forget();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var allocator = new SlabAllocator();
        Whole.Empty(allocator);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget()
        {
            Subject subject = Subject.Of(Face.Instance);
            subject.FreeBatch(Mixed(subject, 1));
        }
    }

    /// <summary>Blocks of many classes and large ones; the size of entry i is <see cref="SizeOf"/>.</summary>
    private static nint[] Mixed(Subject subject, uint seed)
    {
        var blocks = new nint[200];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = subject.Alloc(SizeOf(i));
            Pattern.Fill(blocks[i], SizeOf(i), seed);
        }

        return blocks;
    }

    private static void VerifyMixed(nint[] blocks, uint seed)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            Pattern.Verify(blocks[i], SizeOf(i), seed);
        }
    }

    private static nuint SizeOf(int i) => i switch
    {
        7 => 3 << 20,
        8 => 100_000,
        9 => 1_000_000,
        _ => (nuint)(i * i),
    };

    private static void Walk(SlabAllocator allocator)
    {
        foreach (SlabBlock block in allocator.EnumerateBlocks())
        {
            Assert.NotEqual(0, block.Address);
        }
    }
}
