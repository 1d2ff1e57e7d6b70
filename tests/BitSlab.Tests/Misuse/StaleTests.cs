using System.Collections.Generic;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Misuse;

/// <summary>
/// Blocks that went with a reset or with their allocator. They are given to the static calls, which take blocks of any
/// allocator: no other test may run meanwhile and get the same address.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class StaleTests
{
    /// <summary>Sizes with the way that large ones take.</summary>
    public static TheoryData<int, bool> Sizes => KindTests.Sizes;

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_block_that_went_with_a_reset_is_refused(int size, bool malloc)
    {
        using Subject any = Subject.Of(Face.Static);
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        nint[] blocks = [subject.Alloc((nuint)size), subject.Alloc((nuint)size), subject.Alloc((nuint)size)];
        subject.Free(blocks[2]);
        subject.Allocator.Reset();
        if (size <= 2 << 20 && !malloc)
        {
            Refused.As(InvalidBlockKind.StaleBlock, blocks[0], () => subject.Free(blocks[0]));
        }

        foreach (nint block in blocks)
        {
            Refused.ByEveryCall(subject, block);
            Refused.ByEveryCall(any, block);
            Worker.RunOnce(() => Refused.ByEveryCall(subject, block));
        }

        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_block_that_went_with_its_allocator_is_refused(int size, bool malloc)
    {
        using Subject any = Subject.Of(Face.Static);
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { UseMallocForLarge = malloc });
        nint[] blocks = [subject.Alloc((nuint)size), subject.Alloc((nuint)size), subject.Alloc((nuint)size)];
        subject.Free(blocks[2]);
        subject.Dispose();
        if (size <= 2 << 20 && !malloc)
        {
            Refused.As(InvalidBlockKind.StaleBlock, blocks[0], () => any.Free(blocks[0]));
        }

        foreach (nint block in blocks)
        {
            Refused.ByEveryCall(any, block);
            Worker.RunOnce(() => Refused.ByEveryCall(any, block));
        }

        Whole.StillWorks(any.Allocator);
    }

    [Fact]
    public void Blocks_that_other_threads_hold_over_a_reset_are_refused()
    {
        using Subject subject = Subject.Of(Face.Instance);
        using var holder = new Worker();
        var stale = new List<nint>();
        for (int round = 0; round < 5; round++)
        {
            holder.Run(() =>
            {
                for (int i = 0; i < 500; i++)
                {
                    stale.Add(subject.Alloc((nuint)(i * 10)));
                }
            });
            subject.Allocator.Reset();
            holder.Run(() =>
            {
                foreach (nint block in stale)
                {
                    Refused.AsAny(block, () => subject.Free(block));
                }
            });
            Whole.Holds(subject.Allocator, 0, 0);
            stale.Clear();
        }

        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void A_stale_batch_frees_the_good_entries()
    {
        using Subject any = Subject.Of(Face.Static);
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { BlocksPerSlab = 64 });
        nint[] blocks = [subject.Alloc(16), subject.Alloc(5000), subject.Alloc(100_000)];
        nint stale;
        using (Subject gone = Subject.Of(Face.Instance))
        {
            stale = gone.Alloc(100);
        }

        nint[] batch = [blocks[0], stale, blocks[1], stale, blocks[2]];
        InvalidBlockException thrown = Assert.Throws<InvalidBlockException>(() => any.FreeBatch(batch));
        Assert.Equal((stale, 1, 2), (thrown.Address, thrown.BatchIndex, thrown.RefusedCount));
        Whole.Empty(subject.Allocator);
    }
}
