namespace BitSlab.Traces;

/// <summary>
/// An allocator as the replays call it. Implemented by structs only, so that each generic replay is compiled apart for each
/// contender with the calls inlined, and nothing but the contender differs. The rules are those of NativeMemory.
/// </summary>
internal unsafe interface IContender<TSelf>
    where TSelf : struct, IContender<TSelf>, allows ref struct
{
    /// <summary>The contender for use on the calling thread.</summary>
    /// <param name="allocator">What <see cref="Contender.CreateAllocator"/> made, for contenders that are instances.</param>
    static abstract TSelf Open(SlabAllocator? allocator);

    void* Alloc(nuint size);

    void* AllocZeroed(nuint size);

    void* AlignedAlloc(nuint size, nuint alignment);

    void* Realloc(void* block, nuint size);

    /// <summary>Resizes a block that came from <see cref="AlignedAlloc"/>.</summary>
    void* AlignedRealloc(void* block, nuint size, nuint alignment);

    void Free(void* block);

    /// <summary>Frees a block that came from <see cref="AlignedAlloc"/>.</summary>
    void AlignedFree(void* block);
}
