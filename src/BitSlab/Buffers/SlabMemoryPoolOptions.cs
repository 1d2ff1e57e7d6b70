using System;
using System.Globalization;

namespace BitSlab;

/// <summary>
/// The parameters of a <see cref="SlabMemoryPool{T}"/>. Its constructor checks them, and names the property that is out of range.
/// </summary>
public sealed record SlabMemoryPoolOptions
{
    /// <summary>The default options: an allocator of the pool's own, owners that are used again.</summary>
    public static SlabMemoryPoolOptions Default { get; } = new();

    /// <summary>
    /// The allocator that the memory comes from, which the pool does not dispose, and which is not to be reset or disposed while memory is
    /// rented. Default null: the pool has one of its own, so that its disposal gives everything back at once.
    /// </summary>
    public SlabAllocator? Allocator { get; init; }

    /// <summary>
    /// What the pool's own allocator is made with; null for <see cref="SlabAllocatorOptions.Default"/>. Not together with
    /// <see cref="Allocator"/>.
    /// </summary>
    public SlabAllocatorOptions? AllocatorOptions { get; init; }

    /// <summary>
    /// What <c>Rent(-1)</c> gives, in bytes, at least 1; of larger elements it gives one. Default 4096: an OS page, and what
    /// <c>MemoryPool&lt;byte&gt;.Shared</c> gives and Kestrel asks for.
    /// </summary>
    public int DefaultBufferSize { get; init; } = 4_096;

    /// <summary>
    /// Whether the objects that own rented memory are used again, so that renting leaves nothing on the garbage-collected heap. One that
    /// was disposed rests until more than 1,024 others were disposed behind it on its thread; so long its use is refused. False: each rent
    /// makes an object of its own, and use after disposal is refused for ever. Default true.
    /// </summary>
    public bool ReuseOwners { get; init; } = true;

    /// <summary>A name for messages and metrics, also of its own allocator where that has none. Default none.</summary>
    public string? Name { get; init; }

    internal void Validate()
    {
        if (DefaultBufferSize < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(DefaultBufferSize), DefaultBufferSize, string.Create(CultureInfo.InvariantCulture,
                $"{nameof(DefaultBufferSize)} must be 1 to {int.MaxValue}."));
        }

        if (Allocator != null && AllocatorOptions != null)
        {
            throw new ArgumentException(
                $"{nameof(AllocatorOptions)} are for an allocator of the pool's own, but {nameof(Allocator)} is given.", nameof(AllocatorOptions));
        }
    }
}
