using System;

namespace BitSlab;

/// <summary>A live block, as <see cref="SlabAllocator.EnumerateBlocks"/> finds it.</summary>
public readonly struct SlabBlock : IEquatable<SlabBlock>
{
    internal SlabBlock(nint address, nuint usableSize)
    {
        Address = address;
        UsableSize = usableSize;
    }

    /// <summary>The block's address.</summary>
    public nint Address { get; }

    /// <summary>The bytes that the block holds, at least what was asked for.</summary>
    public nuint UsableSize { get; }

    /// <summary>Whether two values describe the same block.</summary>
    /// <param name="left">One block.</param>
    /// <param name="right">Another.</param>
    public static bool operator ==(SlabBlock left, SlabBlock right) => left.Equals(right);

    /// <summary>Whether two values describe different blocks.</summary>
    /// <param name="left">One block.</param>
    /// <param name="right">Another.</param>
    public static bool operator !=(SlabBlock left, SlabBlock right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(SlabBlock other) => Address == other.Address && UsableSize == other.UsableSize;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SlabBlock other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, UsableSize);
}
