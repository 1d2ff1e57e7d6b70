using System;
using System.Globalization;

namespace BitSlab;

/// <summary>What is wrong with an address that was given back, resized or asked about.</summary>
public enum InvalidBlockKind
{
    /// <summary>The block is free already.</summary>
    DoubleFree,

    /// <summary>The address lies inside a block, or in memory of a slab where no block stands.</summary>
    InteriorPointer,

    /// <summary>The address is no block of BitSlab: memory of another allocator, of the stack, or made up.</summary>
    UnknownPointer,

    /// <summary>The block belongs to another <see cref="SlabAllocator"/> than the one that was called.</summary>
    OtherAllocator,

    /// <summary>The block went with its allocator's <see cref="SlabAllocator.Reset"/> or <see cref="SlabAllocator.Dispose"/>.</summary>
    StaleBlock,
}

/// <summary>
/// Thrown when an address that is not a live block of the allocator is freed, reallocated or asked about. The call
/// changed nothing, except that <see cref="SlabAllocator.FreeBatch"/> has freed the good entries of its batch.
/// </summary>
/// <remarks>
/// The kind is exact while the slab of the block stands; once the memory was given back or cut anew, it is any kind
/// that refuses. One case cannot be told from a correct call: an address that was handed out again between its
/// first free and the second.
/// </remarks>
public sealed class InvalidBlockException : InvalidOperationException
{
    /// <summary>Initializes a new instance with a default message.</summary>
    public InvalidBlockException()
        : this("The address is not a live block of this allocator.")
    {
    }

    /// <summary>Initializes a new instance with a message.</summary>
    /// <param name="message">The message.</param>
    public InvalidBlockException(string message)
        : base(message)
    {
        Kind = InvalidBlockKind.UnknownPointer;
    }

    /// <summary>Initializes a new instance with a message and the exception that caused it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public InvalidBlockException(string message, Exception innerException)
        : base(message, innerException)
    {
        Kind = InvalidBlockKind.UnknownPointer;
    }

    internal InvalidBlockException(InvalidBlockKind kind, nint address)
        : base(Describe(kind, address))
    {
        Kind = kind;
        Address = address;
        RefusedCount = 1;
    }

    internal InvalidBlockException(InvalidBlockKind kind, nint address, int batchIndex, int refusedCount)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"{Describe(kind, address)} It is entry {batchIndex} of the batch, the first of {refusedCount} refused; all other entries were freed."))
    {
        Kind = kind;
        Address = address;
        BatchIndex = batchIndex;
        RefusedCount = refusedCount;
    }

    /// <summary>What is wrong with the address.</summary>
    public InvalidBlockKind Kind { get; }

    /// <summary>The address that was refused.</summary>
    public nint Address { get; }

    /// <summary>The index of the first refused entry of a batch, or -1 when the call was not a batch.</summary>
    public int BatchIndex { get; } = -1;

    /// <summary>How many addresses the call refused: 1, or more in a batch.</summary>
    public int RefusedCount { get; }

    private static string Describe(InvalidBlockKind kind, nint address)
    {
        string reason = kind switch
        {
            InvalidBlockKind.DoubleFree => "The block is free already (double free)",
            InvalidBlockKind.InteriorPointer => "The address is not the start of a block",
            InvalidBlockKind.UnknownPointer => "The address is no block of BitSlab",
            InvalidBlockKind.OtherAllocator => "The block belongs to another allocator",
            _ => "The block went with its allocator's Reset or Dispose",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{reason}: 0x{address:x}.");
    }
}
