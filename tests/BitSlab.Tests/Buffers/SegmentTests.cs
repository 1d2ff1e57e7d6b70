using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading;
using BitSlab.Buffers;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>
/// The segments under writers and streams: how much they take, when they go back, and what becomes of who still holds them. Alone: those at
/// rest are the process's.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SegmentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(600)]
    [InlineData(4096)]
    [InlineData(100_003)]
    public void Many_bytes_in_parts_come_out_as_they_were_at_a_third_of_waste(int part)
    {
        using var allocator = new SlabAllocator();
        byte[] bytes = new byte[part == 1 ? 200_000 : 5_000_000];
        new Random(part).NextBytes(bytes);
        using (var writer = new SlabBufferWriter(allocator))
        using (var stream = new SlabStream(allocator))
        {
            for (int at = 0; at < bytes.Length; at += part)
            {
                ReadOnlySpan<byte> next = bytes.AsSpan(at, Math.Min(part, bytes.Length - at));
                writer.Write(next);
                stream.Write(next);
                Assert.InRange(writer.Capacity, writer.WrittenCount, Math.Max(512 + part + 16, (writer.WrittenCount * 3 / 2) + (64 << 10)));
                Assert.Equal(writer.Capacity, stream.Capacity);
            }

            Assert.True(bytes.AsSpan().SequenceEqual(writer.ToArray()));
            Assert.True(bytes.AsSpan().SequenceEqual(stream.ToArray()));
            Assert.Equal(writer.Capacity + stream.Capacity, allocator.GetStatistics().LiveBytes);
            byte[] read = new byte[part];
            stream.Position = 0;
            for (int at = 0; at < bytes.Length; at += part)
            {
                int count = Math.Min(part, bytes.Length - at);
                Assert.Equal(count, stream.Read(read));
                Assert.True(read.AsSpan(0, count).SequenceEqual(bytes.AsSpan(at, count)));
            }
        }

        Whole.Holds(allocator, 0, 0);
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(1024, true)]
    [InlineData(64, false)]
    public void Allocators_of_other_options_serve_too(int largestManaged, bool malloc)
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { MaxManagedBlockSize = largestManaged, UseMallocForLarge = malloc });
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        using (var stream = new SlabStream(allocator))
        {
            stream.Write(bytes.AsSpan(0, 700));
            stream.Write(bytes.AsSpan(700));
            Assert.Equal(bytes, stream.GetBuffer().ToArray());
            stream.SetLength(10);
            Assert.Equal(bytes[..10], stream.ToArray());
        }

        Whole.Holds(allocator, 0, 0);
    }

    [Fact]
    public void What_was_given_back_refuses_while_a_thousand_others_come_and_go()
    {
        using var allocator = new SlabAllocator();

        // What rests beyond is out of the way: of how many others came before, nothing depends.
        for (int i = 0; i < 10 * SegmentPool.Resting; i++)
        {
            SegmentPool.Take();
        }

        for (int i = 0; i < 3; i++)
        {
            Memory<byte> stale = default;
            for (int others = 0; others < SegmentPool.Resting; others++)
            {
                using var stream = new SlabStream(allocator);
                stream.WriteByte(1);
                Memory<byte> memory = stream.GetBuffer();
                Assert.Equal(1, memory.Span[0]);
                if (others == 0)
                {
                    stale = memory;
                    continue;
                }

                Assert.Throws<ObjectDisposedException>(() => stale.Span.Length);
            }
        }
    }

    [Fact]
    public void A_writer_that_is_cleared_keeps_the_segment_and_withdraws_what_shows_it()
    {
        using var allocator = new SlabAllocator();
        using var writer = new SlabBufferWriter(allocator);
        writer.Write([1, 2]);
        ReadOnlySequence<byte> sequence = writer.WrittenSequence;
        Memory<byte> memory = writer.GetMemory();
        long capacity = writer.Capacity;
        writer.Clear();
        writer.Write([3]);
        Assert.Equal(capacity, writer.Capacity);
        Assert.Throws<ObjectDisposedException>(() => sequence.First.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Equal([3], writer.WrittenSequence.ToArray());
    }

    [Fact]
    public void A_forgotten_stream_gives_its_memory_back_but_not_while_its_memory_is_held()
    {
        // Segments that rest, and were one behind the other: they hold none of those that are used again.
        using var allocator = new SlabAllocator();
        for (int i = 0; i < SegmentPool.Resting; i++)
        {
            using var stream = new SlabStream(new SlabSegmentOptions { Allocator = allocator, FirstSegmentSize = 16, LargestSegmentSize = 16 });
            stream.SetLength(160);
            Assert.Equal(160, stream.GetReadOnlySequence().Length);
            stream.SetLength(80);
        }

        Memory<byte>[] held = Forget(allocator);
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(42, Last(held));
        held[0] = default;
        Assert.True(SpinWait.SpinUntil(() => Collect(allocator), Crowd.HangGuard));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Memory<byte>[] Forget(SlabAllocator allocator)
        {
            var stream = new SlabStream(allocator);
            stream.SetLength(1000);
            Memory<byte> memory = stream.GetBuffer();
            memory.Span[999] = 42;
            return [memory];
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static byte Last(Memory<byte>[] held) => held[0].Span[999];

        static bool Collect(SlabAllocator allocator)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return allocator.GetStatistics().LiveBlocks == 0;
        }
    }

    [Fact]
    public void An_allocator_that_was_disposed_first_does_no_harm()
    {
        var allocator = new SlabAllocator();
        var stream = new SlabStream(allocator);
        var writer = new SlabBufferWriter(allocator);
        stream.Write(new byte[5000]);
        writer.Write(new byte[5000]);
        ReadOnlySequence<byte> sequence = writer.WrittenSequence;
        allocator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.Write(new byte[100_000]));
        stream.Dispose();
        writer.Clear();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sequence.ToArray());
    }

    [Fact]
    public void An_allocator_that_was_reset_is_told_and_leaves_nothing()
    {
        using var allocator = new SlabAllocator();
        var stream = new SlabStream(allocator);
        stream.Write(new byte[5000]);
        allocator.Reset();
        Assert.Throws<InvalidBlockException>(stream.Dispose);
        stream.Dispose();
        Assert.False(stream.CanRead);
        Whole.Empty(allocator);
    }

    [Fact]
    public void A_soft_limit_that_disposes_the_stream_that_grows_is_survived()
    {
        SlabStream? stream = null;
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { SoftLimit = 1 << 20, SoftLimitCallback = _ => stream!.Dispose() });
        stream = new SlabStream(allocator);
        Assert.Throws<ObjectDisposedException>(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                stream.Write(new byte[10_000]);
            }
        });
        Whole.Holds(allocator, 0, 0);
    }

    [Fact]
    public void Streams_that_go_from_thread_to_thread_keep_their_content()
    {
        const int Streams = 3000;
        using var allocator = new SlabAllocator();
        using var handed = new BlockingCollection<(SlabStream Stream, int Seed)>(50);
        int left = Streams * 2;
        Crowd.Run(4, number =>
        {
            if (number < 2)
            {
                for (int i = 0; i < Streams; i++)
                {
                    int seed = (i * 2) + number;
                    var stream = new SlabStream(allocator);
                    stream.Write(BitConverter.GetBytes(seed));
                    stream.SetLength(seed % 3000 + 4);
                    handed.Add((stream, seed));
                }
            }
            else
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    (SlabStream stream, int seed) = handed.Take();
                    Assert.Equal(seed % 3000 + 4, stream.Length);
                    byte[] content = stream.ToArray();
                    Assert.Equal(seed, BitConverter.ToInt32(content));
                    Assert.False(content.AsSpan(4).ContainsAnyExcept((byte)0));
                    Assert.Equal(seed, BitConverter.ToInt32(stream.GetReadOnlySequence().Slice(0, 4).ToArray()));
                    stream.Dispose();
                }
            }
        });
        Whole.Holds(allocator, 0, 0);
    }

    [Fact]
    public void A_stream_that_two_threads_dispose_gives_back_once()
    {
        // Who comes second to a stream is done at once, and so catches up: the two meet again and again.
        using var allocator = new SlabAllocator();
        var streams = new SlabStream[10_000];
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < streams.Length; i++)
            {
                streams[i] = new SlabStream(allocator);
                streams[i].Write(new byte[100]);
            }

            Crowd.Run(2, _ => Array.ForEach(streams, static stream => stream.Dispose()));
            Whole.Holds(allocator, 0, 0);
        }
    }
}
