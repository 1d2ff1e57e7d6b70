using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.IO.Pipelines;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>A buffer writer: what is written comes out as it was, by every way.</summary>
public sealed class BufferWriterTests
{
    // Small segments, so that a few bytes cross many borders.
    private static readonly SlabSegmentOptions s_small = new() { FirstSegmentSize = 16, LargestSegmentSize = 64, KeptBytes = 48 };

    private static readonly Gen<(int Operation, int Size)[]> s_operations = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 200]).Array[0, 60];

    [Fact]
    public void It_is_level_with_a_writer_of_the_framework() =>
        s_operations.Sample(
            operations =>
            {
                using var allocator = new SlabAllocator();
                var expected = new ArrayBufferWriter<byte>();
                using (var writer = new SlabBufferWriter(s_small with { Allocator = allocator }))
                {
                    byte next = 1;
                    foreach ((int operation, int size) in operations)
                    {
                        Apply(writer, expected, operation, size, ref next);
                        AssertSame(writer, expected.WrittenSpan.ToArray());
                    }
                }

                Whole.Empty(allocator);
            },
            iter: 400,
            threads: 1);

    [Fact]
    public void What_cannot_be_is_refused_and_nothing_is_lost()
    {
        using var writer = new SlabBufferWriter();
        writer.Write([1, 2, 3]);
        int room = writer.GetSpan().Length;
        Assert.Throws<InvalidOperationException>(() => writer.Advance(room + 1));
        Assert.Throws<InvalidOperationException>(() => writer.Advance(int.MaxValue));
        Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.GetSpan(-1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.GetMemory(-1));
        Assert.Throws<ArgumentNullException>(() => new SlabBufferWriter((SlabAllocator)null!));
        Assert.Throws<ArgumentNullException>(() => writer.CopyTo((Stream)null!));
        Assert.Throws<ArgumentException>(() => writer.CopyTo(writer));
        Assert.Equal([1, 2, 3], writer.ToArray());
    }

    [Theory]
    [InlineData(15, 64, 0, "FirstSegmentSize")]
    [InlineData(32, 31, 0, "LargestSegmentSize")]
    [InlineData(16, 64, -1, "KeptBytes")]
    public void Options_that_cannot_be_are_refused(int first, int largest, int kept, string property) =>
        Assert.Equal(property, Assert.Throws<ArgumentOutOfRangeException>(
            () => new SlabBufferWriter(new SlabSegmentOptions { FirstSegmentSize = first, LargestSegmentSize = largest, KeptBytes = kept })).ParamName);

    [Fact]
    public void After_disposal_everything_throws()
    {
        using var allocator = new SlabAllocator();
        var writer = new SlabBufferWriter(s_small with { Allocator = allocator });
        writer.Write(new byte[200]);
        ReadOnlySequence<byte> sequence = writer.WrittenSequence;
        Memory<byte> memory = writer.GetMemory();
        writer.Dispose();
        writer.Dispose();
        List<Action> uses =
        [
            () => _ = writer.WrittenCount, () => _ = writer.Capacity, () => _ = writer.WrittenSequence, () => _ = writer.WrittenSpan.Length, () => writer.GetSpan(),
            () => writer.GetMemory(), () => writer.Advance(0), () => writer.Advance(1), () => writer.Write([1]), () => writer.Write([]), () => writer.Clear(),
            () => writer.ToArray(), () => writer.CopyTo(Stream.Null), () => _ = memory.Span.Length, () => _ = sequence.First.Span.Length, () => sequence.ToArray(),
        ];
        Assert.All(uses, use => Assert.Throws<ObjectDisposedException>(use));
        Whole.Empty(allocator);
    }

    [Fact]
    public void Cleared_it_is_as_new_and_what_was_taken_before_throws()
    {
        using var writer = new SlabBufferWriter(s_small);
        writer.Write(new byte[500]);
        ReadOnlySequence<byte> sequence = writer.WrittenSequence;
        Assert.False(sequence.IsSingleSegment);
        writer.Clear();
        Assert.Equal(0, writer.WrittenCount);
        Assert.InRange(writer.Capacity, 0, 48);
        Assert.Throws<ObjectDisposedException>(() => sequence.ToArray());
        writer.Write([1, 2]);
        Assert.Equal([1, 2], writer.WrittenSpan.ToArray());
        Assert.Throws<ObjectDisposedException>(() => _ = sequence.First.Span.Length);
    }

    [Fact]
    public void A_sequence_stays_while_more_is_written()
    {
        using var writer = new SlabBufferWriter(s_small);
        byte[] bytes = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        writer.Write(bytes);
        ReadOnlySequence<byte> sequence = writer.WrittenSequence;
        writer.Write(new byte[1_000]);
        Assert.Equal(bytes, sequence.ToArray());
    }

    [Fact]
    public void At_the_allocators_limit_what_was_written_stays()
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 8 << 20 });
        using var writer = new SlabBufferWriter(allocator);
        writer.Write([1, 2, 3]);
        Assert.Throws<SlabMemoryLimitException>(() => writer.Write(new byte[9 << 20]));
        Assert.Throws<SlabMemoryLimitException>(() => writer.GetSpan(9 << 20).Length);
        Assert.Equal([1, 2, 3], writer.ToArray());
        writer.Write([4]);
        Assert.Equal([1, 2, 3, 4], writer.ToArray());
    }

    [Fact]
    public void Json_is_what_it_is_elsewhere()
    {
        Dictionary<string, int[]> value = Enumerable.Range(0, 200).ToDictionary(i => "key " + i, i => Enumerable.Range(i, 10).ToArray());
        using var writer = new SlabBufferWriter(s_small);
        using (var json = new Utf8JsonWriter(writer))
        {
            JsonSerializer.Serialize(json, value);
        }

        Assert.Equal(JsonSerializer.SerializeToUtf8Bytes(value), writer.ToArray());
        var reader = new Utf8JsonReader(writer.WrittenSequence);
        Assert.Equal(value, JsonSerializer.Deserialize<Dictionary<string, int[]>>(ref reader));
    }

    [Fact]
    public async Task Through_a_pipe_it_comes_as_it_was()
    {
        using var writer = new SlabBufferWriter(s_small);
        byte[] bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        writer.Write(bytes);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4_096, resumeWriterThreshold: 2_048));
        Task sent = Task.Run(async () =>
        {
            await writer.CopyToAsync(pipe.Writer);
            await pipe.Writer.CompleteAsync();
        });
        using var received = new MemoryStream();
        await pipe.Reader.CopyToAsync(received);
        await sent;
        Assert.Equal(bytes, received.ToArray());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.CopyToAsync(Stream.Null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_forgotten_writer_gives_its_memory_back()
    {
        using var allocator = new SlabAllocator();
        Forget(allocator);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return allocator.GetStatistics().LiveBlocks == 0;
            },
            Crowd.HangGuard));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public void Written_and_cleared_it_leaves_nothing_on_the_heap_of_the_collector(int length)
    {
        const int Warming = 4;
        using var allocator = new SlabAllocator();
        byte[] bytes = new byte[length];
        using var writer = new SlabBufferWriter(allocator);
        long sum = 0;

        // Until so many segments rest that one is used again, and the queue that they rest in has grown to hold them.
        for (int i = 0; i < Warming; i++)
        {
            Pass();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((Warming + 1) * 2_000L * (length + 10), sum);

        void Pass()
        {
            for (int i = 0; i < 2_000; i++)
            {
                writer.Write(bytes);
                writer.GetSpan(10)[0] = 1;
                writer.Advance(10);
                sum += writer.WrittenSequence.Length;
                writer.Clear();
            }
        }
    }

    private static void Forget(SlabAllocator allocator) => new SlabBufferWriter(s_small with { Allocator = allocator }).Write(new byte[1_000]);

    private static void AssertSame(SlabBufferWriter writer, byte[] expected)
    {
        Assert.Equal(expected.Length, writer.WrittenCount);
        Assert.Equal(expected, writer.ToArray());
        ReadOnlySequence<byte> sequence = writer.WrittenSequence;
        Assert.Equal(expected, sequence.ToArray());
        Assert.Equal(expected.Length, sequence.Length);
        if (expected.Length != 0)
        {
            Assert.Equal(expected[^1], sequence.Slice(expected.Length - 1).FirstSpan[0]);
        }

        if (writer.TryGetSpan(out ReadOnlySpan<byte> span))
        {
            Assert.Equal(expected, span.ToArray());
        }
        else
        {
            Assert.False(sequence.IsSingleSegment);
            Assert.Throws<InvalidOperationException>(() => writer.WrittenSpan.Length);
        }

        var stream = new MemoryStream();
        writer.CopyTo(stream);
        Assert.Equal(expected, stream.ToArray());
        var other = new ArrayBufferWriter<byte>();
        writer.CopyTo(other);
        Assert.Equal(expected, other.WrittenSpan.ToArray());
    }

    private static void Apply(SlabBufferWriter writer, ArrayBufferWriter<byte> expected, int operation, int size, ref byte next)
    {
        byte first = next;
        byte[] bytes = [.. Enumerable.Range(0, size).Select(i => unchecked((byte)(first + i)))];
        switch (operation)
        {
            case <= 3:
                writer.Write(bytes);
                expected.Write(bytes);
                break;
            case <= 5:
                Span<byte> span = writer.GetSpan(size);
                Assert.True(span.Length >= Math.Max(size, 1));
                bytes.CopyTo(span);
                writer.Advance(size);
                expected.Write(bytes);
                break;
            case <= 7:
                // Less than what was asked for.
                Memory<byte> memory = writer.GetMemory(size);
                Assert.True(memory.Length >= Math.Max(size, 1));
                bytes.AsSpan(0, size / 2).CopyTo(memory.Span);
                writer.Advance(size / 2);
                expected.Write(bytes.AsSpan(0, size / 2));
                break;
            case 8:
                writer.GetSpan(size);
                break;
            default:
                writer.Clear();
                expected.Clear();
                break;
        }

        next = unchecked((byte)(next + size));
    }
}
