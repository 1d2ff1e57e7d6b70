namespace BitSlab.Traces;

/// <summary>The static path, <see cref="SlabMemory"/>.</summary>
internal readonly unsafe struct SlabMemoryContender : IContender<SlabMemoryContender>
{
    public static SlabMemoryContender Open(SlabAllocator? allocator) => default;

    public void* Alloc(nuint size) => SlabMemory.Alloc(size);

    public void* AllocZeroed(nuint size) => SlabMemory.AllocZeroed(size);

    public void* AlignedAlloc(nuint size, nuint alignment) => SlabMemory.AlignedAlloc(size, alignment);

    public void* Realloc(void* block, nuint size) => SlabMemory.Realloc(block, size);

    public void* AlignedRealloc(void* block, nuint size, nuint alignment) => SlabMemory.AlignedRealloc(block, size, alignment);

    public void Free(void* block) => SlabMemory.Free(block);

    public void AlignedFree(void* block) => SlabMemory.AlignedFree(block);
}

/// <summary>An allocator of its own, <see cref="SlabAllocator"/>, with the preset's options.</summary>
internal readonly unsafe struct SlabAllocatorContender : IContender<SlabAllocatorContender>
{
    private readonly SlabAllocator _allocator;

    private SlabAllocatorContender(SlabAllocator allocator) => _allocator = allocator;

    public static SlabAllocatorContender Open(SlabAllocator? allocator) => new(allocator!);

    public void* Alloc(nuint size) => _allocator.Alloc(size);

    public void* AllocZeroed(nuint size) => _allocator.AllocZeroed(size);

    public void* AlignedAlloc(nuint size, nuint alignment) => _allocator.AlignedAlloc(size, alignment);

    public void* Realloc(void* block, nuint size) => _allocator.Realloc(block, size);

    public void* AlignedRealloc(void* block, nuint size, nuint alignment) => _allocator.AlignedRealloc(block, size, alignment);

    public void Free(void* block) => _allocator.Free(block);

    public void AlignedFree(void* block) => _allocator.AlignedFree(block);
}

/// <summary>
/// The same through a <see cref="SlabThreadHeap"/>, which spares the look-up of the thread's heap. It has no aligned calls;
/// those go to the allocator.
/// </summary>
internal readonly unsafe ref struct SlabThreadHeapContender : IContender<SlabThreadHeapContender>
{
    private readonly SlabThreadHeap _heap;
    private readonly SlabAllocator _allocator;

    private SlabThreadHeapContender(SlabAllocator allocator)
    {
        _allocator = allocator;
        _heap = allocator.GetThreadHeap();
    }

    public static SlabThreadHeapContender Open(SlabAllocator? allocator) => new(allocator!);

    public void* Alloc(nuint size) => _heap.Alloc(size);

    public void* AllocZeroed(nuint size) => _heap.AllocZeroed(size);

    public void* AlignedAlloc(nuint size, nuint alignment) => _allocator.AlignedAlloc(size, alignment);

    public void* Realloc(void* block, nuint size) => _heap.Realloc(block, size);

    public void* AlignedRealloc(void* block, nuint size, nuint alignment) => _allocator.AlignedRealloc(block, size, alignment);

    public void Free(void* block) => _heap.Free(block);

    public void AlignedFree(void* block) => _heap.Free(block); // Free and AlignedFree are interchangeable
}
