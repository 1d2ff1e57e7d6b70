using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Tests.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>Where bursts begin, where they end, and that all else is as without them.</summary>
public sealed unsafe class BurstTests
{
    private static readonly SlabAllocatorOptions s_options = new() { Adaptive = AdaptiveSizing.Learn, IdleGiveBack = false };

    [Fact]
    public void Ticks_after_Freeze_leave_the_fast_path_alone()
    {
        using Subject subject = Subject.Of(Face.Instance, s_options);
        subject.Allocator.Freeze();
        SampledLoad.Run(subject, 2, 100);

        // The block that was freed last comes next, unless something took the word away.
        nint kept = subject.Alloc(100);
        nint block = subject.Alloc(100);
        for (int i = 0; i < 70; i++)
        {
            subject.Free(block);
            subject.Allocator.Tick();
            Assert.Equal(block, subject.Alloc(100));
        }

        subject.FreeBatch(kept, block);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(1000)]
    public void In_a_burst_zeroed_blocks_are_taken_in_a_row(int size)
    {
        // Up to the first that the slab hands out again they need no zeroing, and touch no page before its time.
        using Subject subject = Subject.Of(Face.Instance, s_options);
        nint first = subject.AllocZeroed((nuint)size);
        int blockSize = (int)subject.GetUsableSize(first);
        for (int i = 1; i < 64; i++)
        {
            Assert.Equal(first + (i * blockSize), subject.AllocZeroed((nuint)size));
        }

        Assert.Equal(64, subject.Allocator.ExportProfile().CopyHistogram()!.Count);
        subject.Allocator.Reset();
    }

    [Fact]
    public void A_heap_that_is_adopted_behind_its_burst_gets_another()
    {
        // The timer stopped, since nobody owned the heap. Nothing of the adopter's starts it but that.
        using CoreFixture core = new(s_options);
        var samples = (SizeSample*)NativeMemory.AllocZeroed(SizeHistogram.MaxSize, (nuint)sizeof(SizeSample));
        core.Allocator->Samples = samples;
        core.Allocator->BurstLength = 10;
        core.Heap->BurstLeft = 10;
        for (int i = 0; i < 10; i++)
        {
            core.Alloc(100);
        }

        Assert.Equal((0, 10L), (core.Heap->BurstLeft, samples[99].Count));
        Lifetime.MakeOrphan(core.Heap, CoreFixture.Token);
        Assert.False(Rounds.Tick(core.Reservation));
        Assert.True(Rounds.IsTimerStopped(core.Reservation));
        Assert.True(Lifetime.AdoptOrphan(core.Allocator, CoreFixture.Token) == core.Heap);
        for (int i = 0; i < 100; i++)
        {
            core.Alloc(100);
        }

        Assert.True(Sampling.HasWork(core.Allocator));
        Assert.False(Rounds.IsTimerStopped(core.Reservation), "A burst is wanted, and nobody comes to begin it.");
        NativeMemory.Free(samples);
    }
}
