using System;
using System.Buffers.Binary;
using System.Numerics;

namespace BitSlab.Tests.Events;

/// <summary>An event that says which it is: its producer and its number. Length and contents follow from these, and are cheap to check.</summary>
internal readonly record struct NumberedEvent(int Producer, long Number)
{
    private const int HeadBytes = sizeof(int) + sizeof(long);

    /// <summary>Mostly short; one in some hundreds is as long as a large block.</summary>
    public int Length
    {
        get
        {
            int low = (int)(Hash & 0xFFF);
            return HeadBytes + (low == 0 ? 40_000 : low < 40 ? 1500 : low & 63);
        }
    }

    /// <summary>Sums of these tell whether each came once.</summary>
    public ulong Hash
    {
        get
        {
            ulong mixed = unchecked((((ulong)Number * 0x9E37_79B9_7F4A_7C15UL) + (ulong)Producer + 1) * 0xD6E8_FEB8_6659_FD93UL);
            return mixed ^ BitOperations.RotateRight(mixed, 32);
        }
    }

    public static void Write(Span<byte> bytes, NumberedEvent number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number.Producer);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(int)..], number.Number);
        bytes[HeadBytes..].Fill(unchecked((byte)number.Number));
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        Write(bytes, this);
        return bytes;
    }

    public static NumberedEvent Read(ReadOnlySpan<byte> bytes)
    {
        var number = new NumberedEvent(BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(int)..]));
        return bytes.Length == number.Length && bytes[HeadBytes..].IndexOfAnyExcept(unchecked((byte)number.Number)) < 0
            ? number
            : throw new InvalidOperationException($"An event of {bytes.Length} bytes lost its contents: it says that it is {number}.");
    }
}
