using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>
/// A serialiser in the manner of MessagePack, which asks for more than it uses, on a writer and on a stream; and pipes. Alone: the segments at
/// rest are the process's.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SerializerTests
{
    private const int Passes = 3000;

    private static readonly SlabSegmentOptions s_small = new() { FirstSegmentSize = 16, LargestSegmentSize = 64, KeptBytes = 4096 };

    [Fact]
    public void It_writes_what_it_writes_elsewhere()
    {
        var expected = new ArrayBufferWriter<byte>();
        using var writer = new SlabBufferWriter(s_small);
        using var stream = new SlabStream(s_small);
        for (int i = 0; i < 300; i++)
        {
            Serialize(expected, i);
            Serialize(writer, i);
            Serialize(stream, i);
        }

        Assert.Equal(expected.WrittenSpan, writer.ToArray());
        Assert.Equal(expected.WrittenSpan, stream.ToArray());
    }

    [Fact]
    public void Once_warm_it_leaves_nothing_but_the_stream_on_the_heap_of_the_collector()
    {
        using var allocator = new SlabAllocator();
        using var writer = new SlabBufferWriter(allocator);
        using var target = new SlabBufferWriter(allocator);
        var options = new SlabSegmentOptions { Allocator = allocator };
        byte[] bytes = new byte[30];
        for (int i = 0; i < 4; i++)
        {
            OnWriter();
            OnWriterAsync();
            OnStream();
        }

        Assert.Equal(0, BytesOf(OnWriter));
        Assert.Equal(0, IsDebug ? 0 : BytesOf(OnWriterAsync));
        Assert.InRange(BytesOf(OnStream) / Passes, 24, 104);

        void OnWriter()
        {
            for (int i = 0; i < Passes; i++)
            {
                Serialize(writer, i);
                writer.CopyTo(target);
                _ = writer.WrittenSequence.Length;
                writer.Clear();
                target.Clear();
            }
        }

        void OnWriterAsync()
        {
            Serialize(writer, 1);
            for (int i = 0; i < Passes; i++)
            {
                Task copied = writer.CopyToAsync(Stream.Null).AsTask();
                Assert.True(copied.IsCompletedSuccessfully);
            }

            writer.Clear();
        }

        void OnStream()
        {
            for (int i = 0; i < Passes; i++)
            {
                var stream = new SlabStream(options);
                Serialize(stream, i);
                stream.Position = 1;
                stream.GetSpan(2)[0] = 1;
                stream.Advance(1);
                stream.ReadExactly(bytes);
                _ = stream.GetReadOnlySequence().Length;
                _ = stream.GetBuffer().Length;
                stream.SetLength(5);
                stream.Dispose();
            }
        }
    }

    [Fact]
    public async Task Through_pipes_it_comes_as_it_was()
    {
        using var writer = new SlabBufferWriter(s_small);
        for (int i = 0; i < 50; i++)
        {
            Serialize(writer, i);
        }

        var pipe = new Pipe();
        writer.CopyTo(pipe.Writer);
        await pipe.Writer.CompleteAsync();
        using var stream = new SlabStream(s_small);
        await pipe.Reader.CopyToAsync(stream);
        Assert.Equal(writer.ToArray(), stream.ToArray());

        pipe = new Pipe();
        stream.Position = 0;
        await stream.CopyToAsync(pipe.Writer.AsStream());
        await pipe.Writer.CompleteAsync();
        ReadResult read = await pipe.Reader.ReadAtLeastAsync((int)stream.Length);
        Assert.Equal(writer.ToArray(), read.Buffer.ToArray());
    }

    [Fact]
    public async Task A_pipe_whose_reader_is_gone_ends_the_copy()
    {
        using var writer = new SlabBufferWriter(s_small);
        writer.Write(new byte[1000]);
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        Assert.True((await writer.CopyToAsync(pipe.Writer)).IsCompleted);
        Assert.Equal(1000, writer.WrittenCount);
    }

    // In Debug the compiler makes an object of each async call.
    private static bool IsDebug =>
        typeof(SlabBufferWriter).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true };

    private static long BytesOf(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // An array of a number, a string and bytes: each asks for the most that it may need.
    private static void Serialize(IBufferWriter<byte> writer, int number)
    {
        WriteHeader(writer, 0x93);
        Span<byte> room = writer.GetSpan(5);
        if (number < 128)
        {
            room[0] = (byte)number;
            writer.Advance(1);
        }
        else
        {
            room[0] = 0xD2;
            BinaryPrimitives.WriteInt32BigEndian(room[1..], number);
            writer.Advance(5);
        }

        const string Text = "Ein Wort, größer als man denkt";
        room = writer.GetMemory(5 + (Text.Length * 3)).Span;
        int length = Encoding.UTF8.GetBytes(Text, room[2..]);
        room[0] = 0xD9;
        room[1] = (byte)length;
        writer.Advance(2 + length);

        int bytes = number % 70;
        WriteHeader(writer, 0xC4);
        WriteHeader(writer, (byte)bytes);
        for (int i = 0; i < bytes; i++)
        {
            writer.GetSpan()[0] = (byte)i;
            writer.Advance(1);
        }
    }

    private static void WriteHeader(IBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }
}
