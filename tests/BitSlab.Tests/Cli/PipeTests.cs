using System;
using BitSlab.Cli.Events;
using BitSlab.Cli.Queue;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Cli;

/// <summary>The event queues of <c>bitslab queue</c>, and what they check.</summary>
public sealed class PipeTests
{
    private const int MaxSize = 100;

    private static readonly int[] s_sizes = QueueSizes.Create(5_000, MaxSize);

    [Theory]
    [InlineData(1, false)]
    [InlineData(6_000, false)]
    [InlineData(1, true)]
    [InlineData(300, true)]
    public void Every_contender_delivers_all_in_each_round(int length, bool threads)
    {
        using SlabAllocator allocator = new();
        foreach (PipeContender contender in PipeContender.All)
        {
            using TimedPipe pipe = contender.Create(s_sizes, MaxSize, length, threads, allocator);
            for (int round = 0; round < 3; round++)
            {
                pipe.Round();
            }

            long? seen = contender == PipeContender.All[0] ? 3 * (s_sizes.Length + (threads ? 0 : length)) : null;
            Assert.Equal(seen, pipe.Observe()?.Sizes.Count);
        }

        Assert.Equal(0, allocator.GetStatistics().LiveBlocks);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_queue_that_gets_no_memory_ends_the_round(bool threads)
    {
        using SlabAllocator allocator = new(new SlabAllocatorOptions { MemoryLimit = 8 << 20 });
        using TimedPipe pipe = PipeContender.All[0].Create([1 << 20, 16 << 20], 16 << 20, 1, threads, allocator);

        Assert.ThrowsAny<OutOfMemoryException>(() => pipe.Round());
    }

    [Fact]
    public void Bytes_that_are_lost_are_noticed()
    {
        using SlabAllocator allocator = new();
        using TimedPipe pipe = new SteadyPipe<ChannelPipe<CutArrays, byte[]>, byte[]>(s_sizes, MaxSize, 10, allocator);

        Assert.Throws<VerificationException>(() => pipe.Round());
    }

    /// <summary>Loses each event's last byte.</summary>
    private readonly struct CutArrays : IEventBytes<byte[]>
    {
        public static string Name => "cut";

        public static byte[] Make(ReadOnlySpan<byte> payload) => payload[..^1].ToArray();

        public static ReadOnlySpan<byte> BytesOf(byte[] item) => item;

        public static void Release(byte[] item)
        {
            // The collector's work.
        }
    }
}
