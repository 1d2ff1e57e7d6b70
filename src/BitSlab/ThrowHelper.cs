using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using BitSlab.Core;

namespace BitSlab;

/// <summary>Turns the core's codes into exceptions, out of line.</summary>
internal static unsafe class ThrowHelper
{
    [DoesNotReturn]
    public static void ThrowInvalidBlock(BlockStatus status, void* block) =>
        throw new InvalidBlockException(KindOf(status), unchecked((nint)block));

    [DoesNotReturn]
    public static void ThrowOutOfMemory(nuint bytes) =>
        throw new OutOfMemoryException(string.Create(CultureInfo.InvariantCulture, $"Cannot allocate {bytes} bytes."));

    [DoesNotReturn]
    public static void ThrowOverflow(nuint count, nuint size) =>
        throw new OutOfMemoryException(string.Create(CultureInfo.InvariantCulture, $"Cannot allocate {count} elements of {size} bytes."));

    [DoesNotReturn]
    public static void ThrowEventDisposed() =>
        throw new ObjectDisposedException(nameof(SlabEvent), "The event was disposed already, or is no event of a queue.");

    [DoesNotReturn]
    public static void ThrowMemoryOwnerDisposed() =>
        throw new ObjectDisposedException("SlabMemoryOwner", "The memory was disposed, or the pool with its allocator.");

    [DoesNotReturn]
    public static void ThrowBoxEmpty() =>
        throw new ObjectDisposedException("SlabBox", "The box is empty: it was disposed or moved away, or never had a value.");

    [DoesNotReturn]
    public static void ThrowIndexOutOfRange(int index, int count) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, string.Create(CultureInfo.InvariantCulture, $"The list has {count} elements."));

    [DoesNotReturn]
    public static void ThrowListDisposed() => throw new ObjectDisposedException("SlabList", "The list is disposed.");

    [DoesNotReturn]
    public static void ThrowListChanged() => throw new InvalidOperationException("The list was changed while it was gone through.");

    [DoesNotReturn]
    public static void ThrowListTooLong(long elements) =>
        throw new OutOfMemoryException(string.Create(CultureInfo.InvariantCulture, $"A list cannot have {elements} elements."));

    [DoesNotReturn]
    public static void ThrowSegmentDisposed() =>
        throw new ObjectDisposedException(null, "The memory was given back: its writer was cleared, its stream was shrunk or changed, or one of the two was disposed.");

    [DoesNotReturn]
    public static void ThrowAdvancedTooFar(int count, long room) =>
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Cannot advance by {count} bytes: there are {room} in the memory that was handed out last."));

    [DoesNotReturn]
    public static void ThrowTooLargeForArray(long length) =>
        throw new OutOfMemoryException(string.Create(CultureInfo.InvariantCulture, $"{length} bytes do not fit an array or a span."));

    [DoesNotReturn]
    public static void ThrowHasChildren(string? name, long children) =>
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Allocator '{NameOf(name)}' has children that are not disposed, {children}: they share its budget."));

    /// <summary>What stands in messages and metrics for an allocator's name.</summary>
    public static string NameOf(string? name) => name ?? "(unnamed)";

    public static void ThrowIfNotPowerOfTwo(nuint alignment)
    {
        if (!BitOperations.IsPow2(alignment))
        {
            throw new ArgumentException("The alignment must be a power of two.", nameof(alignment));
        }
    }

    public static InvalidBlockKind KindOf(BlockStatus status) => (InvalidBlockKind)(status - BlockStatus.DoubleFree);
}
