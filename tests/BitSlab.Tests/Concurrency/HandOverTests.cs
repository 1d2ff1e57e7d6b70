using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Concurrency;

/// <summary>Real threads that hand blocks over, write them and verify them.</summary>
[Collection(AloneCollection.Name)]
public sealed class HandOverTests
{
    public static TheoryData<Face, string> Variants => new()
    {
        { Face.Instance, "default" }, { Face.Handle, "default" }, { Face.Static, "default" }, { Face.Instance, "classic" },
        { Face.Instance, "slabs of 64" },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void One_thread_allocates_another_frees(Face face, string options)
    {
        using Subject subject = Subject.Of(face, Model.ModelTests.OptionSets[options]);
        var ring = new BlockRing(256);
        const int Count = 150_000;
        Crowd.Run(
            () =>
            {
                var random = new Random(1);
                for (uint i = 0; i < Count; i++)
                {
                    nuint size = SizeOf(random);
                    nint block = subject.Alloc(size);
                    Pattern.Fill(block, nuint.Min(size, 2000), i);
                    ring.Put(block, nuint.Min(size, 2000));
                }
            },
            () =>
            {
                for (uint i = 0; i < Count; i++)
                {
                    (nint block, nuint filled) = ring.Take();
                    Pattern.Verify(block, filled, i);
                    subject.Free(block);
                }
            });
        AssertEmpty(face, subject);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Four_threads_in_a_ring_allocate_resize_pass_on_and_free(Face face, string options)
    {
        // Each block makes a few hops; on the way it is resized by a thread that does not own it.
        using Subject subject = Subject.Of(face, Model.ModelTests.OptionSets[options]);
        const int Threads = 4;
        var slots = new Slots(64);
        Crowd.Run(Threads, thread =>
        {
            var random = new Random(thread);
            for (uint i = 1; i < 60_000; i++)
            {
                // Whatever stands in the slot goes to this thread, and something of this thread takes its place.
                Parcel mine = random.Next(4) == 0 ? default : Parcel.New(subject, SizeOf(random), (i * Threads) + (uint)thread);
                Parcel other = slots.Exchange(random.Next(64), mine);
                if (other.Block == 0)
                {
                    continue;
                }

                other.Verify();
                if (random.Next(3) == 0)
                {
                    other = other.Resized(subject, SizeOf(random));
                    other.Verify();
                    other = slots.Exchange(random.Next(64), other);
                    other.Verify();
                }

                subject.Free(other.Block);
            }
        });
        slots.FreeAll(subject);
        AssertEmpty(face, subject);
    }

    [Fact]
    public void Batches_of_many_threads_blocks_are_freed_by_all_threads()
    {
        using Subject subject = Subject.Of(Face.Instance);
        var slots = new Slots(256);
        Crowd.Run(4, thread =>
        {
            var random = new Random(thread);
            var batch = new nint[100];
            for (uint round = 0; round < 800; round++)
            {
                for (int i = 0; i < batch.Length; i++)
                {
                    Parcel mine = Parcel.New(subject, (nuint)random.Next(1, 600), (round * 4) + (uint)thread + 1);
                    Parcel other = slots.Exchange(random.Next(256), mine);
                    other.Verify();
                    batch[i] = other.Block;
                }

                subject.FreeBatch(batch);
            }
        });
        slots.FreeAll(subject);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void Two_allocators_are_used_by_many_threads_at_once()
    {
        using Subject a = Subject.Of(Face.Instance);
        using Subject b = Subject.Of(Face.Handle, SlabAllocatorOptions.Classic);
        using Subject any = Subject.Of(Face.Static);
        var slots = new Slots(128);
        Crowd.Run(4, thread =>
        {
            var random = new Random(thread);
            for (uint i = 1; i < 50_000; i++)
            {
                Subject mine = random.Next(2) == 0 ? a : b;
                Parcel other = slots.Exchange(random.Next(128), Parcel.New(mine, SizeOf(random), (i * 4) + (uint)thread));
                other.Verify();

                // Of which allocator it is nobody knows: the static call finds out.
                any.Free(other.Block);
            }
        });
        slots.FreeAll(any);
        Whole.Empty(a.Allocator);
        Whole.Empty(b.Allocator);
    }

    [Fact]
    public void Zeroed_blocks_are_zero_when_other_threads_free_written_ones()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { BlocksPerSlab = 64 });
        var slots = new Slots(64);
        Crowd.Run(3, thread =>
        {
            var random = new Random(thread);
            for (uint i = 1; i < 40_000; i++)
            {
                nuint size = random.Next(500) == 0 ? 70_000 : (nuint)random.Next(1, 1500);
                nint block = subject.AllocZeroed(size);
                Assert.True(Pattern.IsZero(block, size), "A zeroed block is not zero.");
                Parcel other = slots.Exchange(random.Next(64), Parcel.Of(block, size, (i * 3) + (uint)thread));
                other.Verify();
                subject.Free(other.Block);
            }
        });
        slots.FreeAll(subject);
        Whole.Empty(subject.Allocator);
    }

    private static nuint SizeOf(Random random) => random.Next(1000) switch
    {
        < 2 => (nuint)random.Next(32_769, 200_000),
        < 50 => (nuint)random.Next(1025, 20_000),
        _ => (nuint)random.Next(0, 1025),
    };

    private static void AssertEmpty(Face face, Subject subject)
    {
        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
            Assert.Equal(0, subject.Allocator.GetStatistics().InvalidFrees);
        }
    }
}
