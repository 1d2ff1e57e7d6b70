using System;
using System.Globalization;

namespace BitSlab;

/// <summary>Thrown when an allocation would take an allocator over its <see cref="SlabAllocatorOptions.MemoryLimit"/>.</summary>
public sealed class SlabMemoryLimitException : OutOfMemoryException
{
    /// <summary>Initializes a new instance with a default message.</summary>
    public SlabMemoryLimitException()
        : base("The allocator's memory limit is reached.")
    {
    }

    /// <summary>Initializes a new instance with a message.</summary>
    /// <param name="message">The message.</param>
    public SlabMemoryLimitException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance with a message and the exception that caused it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public SlabMemoryLimitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal SlabMemoryLimitException(string? name, long limit, long requestedBytes)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"Allocator '{ThrowHelper.NameOf(name)}' cannot allocate {requestedBytes} bytes within its memory limit of {limit} bytes."))
    {
        Limit = limit;
        RequestedBytes = requestedBytes;
    }

    /// <summary>The limit, in bytes.</summary>
    public long Limit { get; }

    /// <summary>The size of the allocation that was refused, in bytes.</summary>
    public long RequestedBytes { get; }
}
