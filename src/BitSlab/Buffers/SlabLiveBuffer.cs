using System;
using System.Diagnostics;

namespace BitSlab;

/// <summary>
/// A buffer, box or list that was not disposed, as an allocator with <see cref="SlabAllocatorOptions.TrackBuffers"/> knows it. A
/// description: it keeps no memory.
/// </summary>
public sealed class SlabLiveBuffer
{
    internal SlabLiveBuffer(Type type, long length, long allocatedBytes, StackTrace stackTrace)
    {
        Type = type;
        Length = length;
        AllocatedBytes = allocatedBytes;
        StackTrace = stackTrace;
    }

    /// <summary>What it is: <c>SlabBuffer&lt;byte&gt;</c> for instance.</summary>
    public Type Type { get; }

    /// <summary>Its length in elements; of a list what it has room for.</summary>
    public long Length { get; }

    /// <summary>The bytes that its memory takes from the allocator, at least those of its elements.</summary>
    public long AllocatedBytes { get; }

    /// <summary>
    /// The place of its allocation: the calls that led there, without those of the library. Files and lines where symbols are at hand.
    /// </summary>
    public StackTrace StackTrace { get; }

    /// <summary>Type, length, bytes, and the place of allocation on the lines that follow.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Type}, length {Length}, {AllocatedBytes} bytes{Environment.NewLine}{StackTrace}");
}
