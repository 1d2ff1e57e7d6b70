using System;
using System.Collections.Generic;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>Alloc, AllocZeroed, TryAlloc and Free, by the cases of the framework's tests of NativeMemory.</summary>
public sealed class AllocTests
{
    private static readonly nuint Max = nuint.MaxValue;

    /// <summary>No machine has these; all must end in an exception, not in a small block by a sum that wrapped around.</summary>
    public static TheoryData<Face, ulong> ImpossibleSizes
    {
        get
        {
            var data = new TheoryData<Face, ulong>();
            foreach (Face face in Enum.GetValues<Face>())
            {
                foreach (ulong below in new ulong[] { 0, 1, 7, 15, 16, 4095, 4096, 65_535, 65_536, (2 << 20) - 1, 4 << 20, 8 << 20 })
                {
                    data.Add(face, ulong.MaxValue - below);
                }

                data.Add(face, 1UL << 63);
                data.Add(face, (1UL << 63) - 1);
                data.Add(face, 1UL << 62);
                data.Add(face, 1UL << 48);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void A_block_of_bytes_can_be_written_and_read(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (nuint size in new nuint[] { 1, 2, 7, 8, 10, 16, 17, 255, 1000, 1024, 1025, 4096, 32_768, 32_769, 100_000 })
        {
            nint block = subject.Alloc(size);
            Assert.NotEqual(0, block);
            Assert.True(subject.GetUsableSize(block) >= size);
            Pattern.Fill(block, size, (uint)size);
            Pattern.Verify(block, size, (uint)size);
            subject.Free(block);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Elements_times_size_is_what_is_allocated(Face face)
    {
        using Subject subject = Subject.Of(face);
        nint block = subject.Alloc(10, 100);
        Assert.True(subject.GetUsableSize(block) >= 1000);
        nint zeroed = subject.AllocZeroed(33, 100);
        Assert.True(subject.GetUsableSize(zeroed) >= 3300);
        nint longs = subject.AllocLongs(500);
        Assert.True(subject.GetUsableSize(longs) >= 4000);
        subject.FreeBatch(block, zeroed, longs);
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Size_zero_gives_a_unique_block_that_is_not_null(Face face)
    {
        using Subject subject = Subject.Of(face);
        var blocks = new List<nint>();
        for (int i = 0; i < 100; i++)
        {
            blocks.Add(subject.Alloc(0));
            blocks.Add(subject.AllocZeroed(0));
            blocks.Add(subject.Alloc(0, 0));
            blocks.Add(subject.Alloc(0, Max));
            blocks.Add(subject.Alloc(Max, 0));
            blocks.Add(subject.AllocZeroed(0, 5));
            blocks.Add(subject.AllocZeroed(5, 0));
            blocks.Add(subject.AllocLongs(0));
            Assert.True(subject.TryAlloc(0, out nint tried));
            blocks.Add(tried);
        }

        Assert.True(Overlaps.AllDistinct(blocks));
        foreach (nint block in blocks)
        {
            subject.Free(block);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Free_of_null_does_nothing(Face face)
    {
        using Subject subject = Subject.Of(face);
        subject.Free(0);
        subject.AlignedFree(0);
        subject.FreeBatch(0, 0);
        subject.FreeBatch();
        Assert.Equal((nuint)0, subject.GetUsableSize(0));
        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
            Assert.Equal(0, subject.Allocator.GetStatistics().InvalidFrees);
        }
    }

    [Theory]
    [MemberData(nameof(ImpossibleSizes))]
    public void Impossible_sizes_are_out_of_memory(Face face, ulong impossible)
    {
        Needs.Bits(impossible);
        var size = (nuint)impossible;
        using Subject subject = Subject.Of(face);
        AssertOutOfMemory(() => subject.Alloc(size));
        AssertOutOfMemory(() => subject.AllocZeroed(size));
        AssertOutOfMemory(() => subject.Alloc(1, size));
        AssertOutOfMemory(() => subject.Alloc(size, 1));
        AssertOutOfMemory(() => subject.AllocZeroed(1, size));
        AssertOutOfMemory(() => subject.AllocZeroed(size, 1));
        AssertOutOfMemory(() => subject.AllocLongs(size));
        AssertOutOfMemory(() => subject.Realloc(0, size));
        Assert.False(subject.TryAlloc(size, out nint none));
        Assert.Equal(0, none);
        AfterwardsAllIsWell(face, subject);
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Elements_times_size_that_overflows_is_out_of_memory(Face face)
    {
        using Subject subject = Subject.Of(face);

        // The products of the later pairs wrap around to small sizes: 0, 16 and 2.
        nuint half = (nuint)1 << (4 * nuint.Size);
        (nuint Count, nuint Size)[] pairs =
        [
            (1, Max), (Max, 1), (Max, Max), (2, Max), (Max, 2), (Max / 2 + 1, 2), (half, half),
            (((nuint)1 << ((8 * nuint.Size) - 4)) + 1, 16), ((Max / 2) + 2, 2),
        ];
        foreach ((nuint count, nuint size) in pairs)
        {
            AssertOutOfMemory(() => subject.Alloc(count, size));
            AssertOutOfMemory(() => subject.AllocZeroed(count, size));
        }

        AssertOutOfMemory(() => subject.AllocLongs(Max));
        AssertOutOfMemory(() => subject.AllocLongs((Max / 8) + 1));
        AssertOutOfMemory(() => subject.AllocLongs((Max / 8) + 3));
        AfterwardsAllIsWell(face, subject);
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void A_zeroed_block_is_zero_even_where_a_written_one_stood(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (nuint size in new nuint[] { 1, 13, 16, 64, 100, 1000, 1024, 5000, 32_768, 32_769, 70_000, 1 << 20, 3 << 20 })
        {
            // Enough to come back to words of the bitmap that were used before, and to fresh ones.
            int count = size <= 1024 ? 200 : 6;
            var blocks = new nint[count];
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < count; i++)
                {
                    blocks[i] = (i + round) % 3 == 0 ? subject.Alloc(size) : AllocZeroed(subject, size, i);
                    Scribble(blocks[i], (int)size);
                }

                subject.FreeBatch(blocks);
            }
        }

        static nint AllocZeroed(Subject subject, nuint size, int i)
        {
            nint block = i % 2 == 0 ? subject.AllocZeroed(size) : subject.AllocZeroed(1, size);
            Assert.True(Pattern.IsZero(block, size), $"A zeroed block of {size} bytes is not zero.");
            return block;
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void TryAlloc_gives_a_block(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (nuint size in new nuint[] { 1, 500, 20_000, 200_000, 5 << 20 })
        {
            Assert.True(subject.TryAlloc(size, out nint block));
            Assert.True(subject.GetUsableSize(block) >= size);
            Pattern.Fill(block, size, 3);
            Pattern.Verify(block, size, 3);
            subject.Free(block);
        }
    }

    [Theory]
    [MemberData(nameof(Faces.All), MemberType = typeof(Faces))]
    public void Free_and_AlignedFree_are_interchangeable(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (nuint size in new nuint[] { 8, 3000, 50_000, 3 << 20 })
        {
            subject.AlignedFree(subject.Alloc(size));
            subject.Free(subject.AlignedAlloc(size, 256));
        }

        if (face != Face.Static)
        {
            Whole.Empty(subject.Allocator);
        }
    }

    private static unsafe void Scribble(nint block, int length) => new Span<byte>((void*)block, length).Fill(0xAB);

    private static void AssertOutOfMemory(Func<nint> call) =>
        Assert.IsType<OutOfMemoryException>(Record.Exception(() => { call(); }));

    private static void AfterwardsAllIsWell(Face face, Subject subject)
    {
        if (face == Face.Static)
        {
            Whole.StillWorks(subject.Allocator); // other tests use the shared allocator too: its figures are not ours
        }
        else
        {
            Whole.Empty(subject.Allocator);
        }
    }
}
