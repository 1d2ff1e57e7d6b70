using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Concurrency;

/// <summary>A producer that allocates and a consumer that frees run on and on in the same memory.</summary>
[Collection(AloneCollection.Name)]
public sealed class BillionBytesTests
{
    private const long Billion = 1_000_000_000;

    [Theory]
    [InlineData(Face.Instance)]
    [InlineData(Face.Handle)]
    public void A_billion_bytes_pass_without_growth(Face face)
    {
        using Subject subject = Subject.Of(face);
        var ring = new BlockRing(1024);
        long peak = 0;
        Crowd.Run(
            () =>
            {
                var random = new Random(1);
                int i = 0;
                for (long bytes = 0; bytes < Billion; i++)
                {
                    int size = random.Next(8, 1025);
                    nint block = subject.Alloc((nuint)size);
                    Mark(block, i);
                    ring.Put(block, (nuint)i);
                    bytes += size;
                    if (i % 100_000 == 0)
                    {
                        peak = Math.Max(peak, subject.Allocator.GetStatistics().CommittedBytes);
                    }
                }

                ring.Put(0, 0);
            },
            () =>
            {
                while (true)
                {
                    (nint block, nuint number) = ring.Take();
                    if (block == 0)
                    {
                        return;
                    }

                    Assert.Equal((long)number, Read(block));
                    subject.Free(block);
                }
            });
        peak = Math.Max(peak, subject.Allocator.GetStatistics().CommittedBytes);
        Assert.True(peak < 32 << 20, $"At most a megabyte was under way; {peak} bytes were committed.");
        Whole.Empty(subject.Allocator);
    }

    private static unsafe void Mark(nint block, long number) => *(long*)block = number;

    private static unsafe long Read(nint block) => *(long*)block;
}
