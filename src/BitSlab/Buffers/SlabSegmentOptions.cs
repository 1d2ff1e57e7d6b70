using System;
using System.Globalization;

namespace BitSlab;

/// <summary>
/// How a <see cref="SlabBufferWriter"/> or a <see cref="SlabStream"/> takes its memory: in segments, each half as large as all before it. Its
/// constructor checks the options, and names the property that is out of range. Make them once and use them for many.
/// </summary>
public sealed record SlabSegmentOptions
{
    private const int LeastSegment = 16;
    private const int MostSegment = 1 << 30;

    /// <summary>The default options.</summary>
    public static SlabSegmentOptions Default { get; } = new();

    /// <summary>
    /// The allocator that the memory comes from, which is not to be reset or disposed before what was made with it. Default null:
    /// <see cref="SlabAllocator.Shared"/>.
    /// </summary>
    public SlabAllocator? Allocator { get; init; }

    /// <summary>
    /// The bytes of the first segment, if not more are asked for at once, 16 to 2^30. Default 512: what holds some hundred bytes costs no
    /// more, and growth by half soon makes up for it.
    /// </summary>
    public int FirstSegmentSize { get; init; } = 512;

    /// <summary>
    /// The most bytes of a segment, <see cref="FirstSegmentSize"/> to 2^30, where not more have to stand side by side. Default 256 KiB:
    /// calls on segments of this size cost next to nothing for each byte, and blocks above 2 MiB come from the operating system, unbacked,
    /// each time.
    /// </summary>
    public int LargestSegmentSize { get; init; } = 256 << 10;

    /// <summary>
    /// The most bytes that <see cref="SlabBufferWriter.Clear"/> keeps, 0 to 2^30; 0 keeps none. Default 64 KiB: messages up to there are
    /// written again and again into the same memory. Streams keep nothing.
    /// </summary>
    public int KeptBytes { get; init; } = 64 << 10;

    internal static SlabSegmentOptions For(SlabAllocator allocator)
    {
        ArgumentNullException.ThrowIfNull(allocator);
        return Default with { Allocator = allocator };
    }

    internal void Validate()
    {
        RequireRange(FirstSegmentSize, LeastSegment, MostSegment, nameof(FirstSegmentSize));
        RequireRange(LargestSegmentSize, FirstSegmentSize, MostSegment, nameof(LargestSegmentSize));
        RequireRange(KeptBytes, 0, MostSegment, nameof(KeptBytes));
    }

    private static void RequireRange(int value, int minimum, int maximum, string property)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(property, value, string.Create(CultureInfo.InvariantCulture,
                $"{property} must be {minimum} to {maximum}."));
        }
    }
}
