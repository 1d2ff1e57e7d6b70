using System;
using System.IO;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Random steps against a <see cref="MemoryStream"/>, with the content compared behind each step.</summary>
public sealed class StreamModelTests
{
    [Theory]
    [InlineData(16, 16)]
    [InlineData(16, 100)]
    [InlineData(100, 100)]
    [InlineData(16, 1 << 20)]
    [InlineData(512, 4096)]
    [InlineData(512, 256 << 10)]
    public void The_stream_is_as_the_model(int firstSegment, int largestSegment) =>
        StreamOperation.Sequences.Sample(operations =>
        {
            using var machine = new StreamMachine(firstSegment, largestSegment);
            machine.Run(operations);
        }, iter: 200, threads: 1);

    [Fact]
    public void A_model_that_keeps_what_was_cut_is_caught() => IsCaught(static () => new KeepingStream());

    [Fact]
    public void A_model_that_loses_a_byte_is_caught() => IsCaught(static () => new LosingStream());

    private static void IsCaught(Func<MemoryStream> model) =>
        Assert.ThrowsAny<Exception>(() => StreamOperation.Sequences.Sample(operations =>
        {
            using var machine = new StreamMachine(16, 100, model());
            machine.Run(operations);
        }, iter: 500, threads: 1));

    // Growing again shows what was there before, not zeros.
    private sealed class KeepingStream : MemoryStream
    {
        public override void SetLength(long value)
        {
            byte[] kept = ToArray();
            long before = Length;
            base.SetLength(value);
            if (value > before && before != 0)
            {
                GetBuffer()[before] = kept[0] == 0 ? (byte)1 : kept[0];
            }
        }
    }

    private sealed class LosingStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => base.Write(buffer.Length == 50 ? buffer[..49] : buffer);
    }
}
