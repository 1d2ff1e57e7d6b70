using System;
namespace BitSlab.Native;

/// <summary>Text of ASCII in memory of the caller's. What does not fit is left out.</summary>
internal unsafe ref struct Text(byte* space)
{
    public const int Capacity = 512;

    private readonly byte* _space = space;

    public nuint Length;

    public void Add(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            Add(text[i]);
        }
    }

    public void Add(byte character)
    {
        if (Length < Capacity)
        {
            _space[Length++] = character;
        }
    }

    public void Add(byte* text)
    {
        for (; *text != 0; text++)
        {
            Add(*text);
        }
    }

    public void AddHex(ulong number)
    {
        Add("0x"u8);
        int shift = 60;
        while (shift > 0 && number >> shift == 0)
        {
            shift -= 4;
        }

        for (; shift >= 0; shift -= 4)
        {
            uint digit = (uint)(number >> shift) & 15;
            Add((byte)(digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
    }

    public void Add(ulong number)
    {
        byte* digits = stackalloc byte[20];
        int count = 0;
        do
        {
            digits[count++] = (byte)('0' + (number % 10));
            number /= 10;
        }
        while (number != 0);

        while (count > 0)
        {
            Add(digits[--count]);
        }
    }
}
