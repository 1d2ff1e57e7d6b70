using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Contents of events, which tell each from every other: made of length and seed.</summary>
internal static unsafe class Payload
{
    public static byte[] Of(int length, uint seed)
    {
        byte[] bytes = new byte[length];
        Write(bytes, seed);
        return bytes;
    }

    /// <summary>As a writer for <see cref="SlabEventQueue.TryEnqueue{TState}"/>.</summary>
    public static void Write(Span<byte> bytes, uint seed)
    {
        fixed (byte* start = bytes)
        {
            Pattern.Fill((nint)start, (nuint)bytes.Length, seed);
        }
    }

    public static void Verify(SlabEvent item, int length, uint seed)
    {
        Assert.Equal(length, item.Length);
        Span<byte> bytes = item.Span;
        Assert.Equal(length, bytes.Length);
        Pattern.Verify(AddressOf(item), (nuint)length, seed);
    }

    public static void VerifyAndDispose(SlabEvent item, int length, uint seed)
    {
        Verify(item, length, seed);
        item.Dispose();
    }

    public static nint AddressOf(SlabEvent item) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(item.Span));

    /// <summary>Takes the next event, which has to be this one.</summary>
    public static void Expect(SlabEventQueue queue, int length, uint seed)
    {
        Assert.True(queue.TryDequeue(out SlabEvent item), "The queue is empty.");
        VerifyAndDispose(item, length, seed);
    }
}
