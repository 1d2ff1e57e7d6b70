using System;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>The options of the process's allocator, from the environment. A value that cannot be read is told, and the default holds.</summary>
internal unsafe struct Options
{
    // The defaults of the managed library.
    private const uint Granularity = 16;
    private const uint MaxManaged = 32_768;
    private const uint Alignment = 16;
    private const long LiveBeforeHugePages = 32 << 20;

    private enum Huge
    {
        Automatic,
        Hint,
        Off,
    }

    private long _limit;
    private bool _gives;
    private Huge _huge;
    private bool _hasBad;

    public bool IgnoreInvalidFrees;

    public static Options FromEnvironment()
    {
        Options options = default;
        options._limit = long.MaxValue;
        options._gives = true;
        options._limit = options.Bytes("BITSLAB_MEMORY_LIMIT"u8, options._limit);
        options._gives = options.Choice("BITSLAB_IDLE_GIVE_BACK"u8, "on"u8, "off"u8, default) != 1;
        options._huge = (Huge)options.Choice("BITSLAB_HUGE_PAGES"u8, "auto"u8, "hint"u8, "off"u8);
        options.IgnoreInvalidFrees = options.Choice("BITSLAB_INVALID_FREE"u8, "abort"u8, "ignore"u8, default) == 1;
        options.Choice("BITSLAB_STATS"u8, "0"u8, "1"u8, default);
        return options;
    }

    public void ApplyTo(Allocator* allocator)
    {
        Apply(allocator);
        allocator->Limit = _limit;
        allocator->GivesBackIdle = _gives;
        allocator->WantsHugePages = _huge != Huge.Off;
        allocator->LiveBeforeHugePages = _huge == Huge.Hint ? 0 : LiveBeforeHugePages;
    }

    /// <summary>What allocators that a program makes have.</summary>
    public static void ApplyDefaults(Allocator* allocator, long limit)
    {
        Apply(allocator);
        allocator->Limit = limit;
        allocator->GivesBackIdle = true;
        allocator->WantsHugePages = true;
        allocator->LiveBeforeHugePages = LiveBeforeHugePages;
    }

    /// <summary>Tells of values that cannot be read, once there is an allocator.</summary>
    public void Tell()
    {
        if (_hasBad)
        {
            byte* space = stackalloc byte[Text.Capacity];
            Text text = new(space);
            text.Add("bitslab: a BITSLAB_ variable cannot be read, its default holds: BITSLAB_MEMORY_LIMIT is a number of bytes, with K, M or G behind it; "u8
                + "BITSLAB_HUGE_PAGES auto, hint or off; BITSLAB_INVALID_FREE abort or ignore; BITSLAB_IDLE_GIVE_BACK on or off; BITSLAB_STATS 0 or 1\n"u8);
            Shim.Tell(space, text.Length);
        }
    }

    private static void Apply(Allocator* allocator) => Allocator.SetClasses(allocator, Granularity, MaxManaged, Alignment);

    private long Bytes(ReadOnlySpan<byte> name, long standard)
    {
        byte* value = Find(name);
        if (value == null)
        {
            return standard;
        }

        ulong number = 0;
        int digits = 0;
        for (; *value >= '0' && *value <= '9' && digits < 18; value++, digits++)
        {
            number = (number * 10) + (uint)(*value - '0');
        }

        int shift = *value switch
        {
            (byte)'K' or (byte)'k' => 10,
            (byte)'M' or (byte)'m' => 20,
            (byte)'G' or (byte)'g' => 30,
            _ => 0,
        };
        value += shift != 0 ? 1 : 0;
        if (digits == 0 || *value != 0 || number == 0 || number > (ulong)long.MaxValue >> shift)
        {
            _hasBad = true;
            return standard;
        }

        return (long)(number << shift);
    }

    // Which of up to three; the first when it is not set or none of them.
    private int Choice(ReadOnlySpan<byte> name, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        byte* value = Find(name);
        if (value == null || Is(value, first))
        {
            return 0;
        }

        if (Is(value, second))
        {
            return 1;
        }

        if (third.Length != 0 && Is(value, third))
        {
            return 2;
        }

        _hasBad = true;
        return 0;
    }

    private static byte* Find(ReadOnlySpan<byte> name)
    {
        byte* space = stackalloc byte[Text.Capacity];
        Text text = new(space);
        text.Add(name);
        text.Add(0);
        return Shim.Variable(space);
    }

    private static bool Is(byte* value, ReadOnlySpan<byte> word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (value[i] != word[i])
            {
                return false;
            }
        }

        return value[word.Length] == 0;
    }
}
