using System.Linq;
using BitSlab.Tests.Support;
using BitSlab.Threads;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>When memory is short everything that can be given back goes at once, of all allocators, whatever their options.</summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryPressureTests
{
    [Theory]
    [InlineData(99, 100, false)]
    [InlineData(100, 100, true)]
    [InlineData(101, 100, true)]
    [InlineData(0, 0, false)]
    [InlineData(5, 0, false)]
    public void All_allocators_are_trimmed_at_the_threshold_and_not_below(long load, long high, bool isShort)
    {
        using var sleeper = new Worker();
        using Subject one = Subject.Of(Face.Instance, new SlabAllocatorOptions { IdleGiveBack = false });
        using Subject two = Subject.Of(Face.Instance, new SlabAllocatorOptions { IdleGiveBack = false });
        long[] before = [.. ((Subject[])[one, two]).Select(HoldIdle)];

        Assert.Equal(isShort, MemoryPressure.Respond(load, high));
        Assert.Equal([isShort, isShort], ((Subject[])[one, two]).Select((subject, i) => Returned(subject) > before[i] + (1 << 20)));
        Assert.Equal(200, one.Allocator.GetStatistics().LiveBlocks);

        long HoldIdle(Subject subject)
        {
            nint[] blocks = [];
            sleeper.Run(() => blocks = [.. Enumerable.Range(0, 4000).Select(_ => subject.Alloc(1000))]);
            subject.FreeBatch([.. blocks.Where((_, i) => i % 20 != 0)]);
            return Returned(subject);
        }

        static long Returned(Subject subject) => subject.Allocator.GetStatistics().ReturnedBytes;
    }

    [Fact]
    public void The_heaps_of_threads_that_ended_are_trimmed_too()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { IdleGiveBack = false });
        Worker.RunOnce(() => subject.Free(subject.Alloc(1000)));
        Assert.Equal(1, subject.Allocator.GetStatistics().Slabs);
        Assert.True(MemoryPressure.Respond(1, 1));
        Assert.Equal((0, 0), (subject.Allocator.GetStatistics().Slabs, subject.Allocator.GetStatistics().Chunks));
    }
}
