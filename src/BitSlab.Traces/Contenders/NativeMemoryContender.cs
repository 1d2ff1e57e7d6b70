using System.Runtime.InteropServices;

namespace BitSlab.Traces;

/// <summary>The C library's malloc behind <see cref="NativeMemory"/>: what BitSlab replaces.</summary>
internal readonly unsafe struct NativeMemoryContender : IContender<NativeMemoryContender>
{
    public static NativeMemoryContender Open(SlabAllocator? allocator) => default;

    public void* Alloc(nuint size) => NativeMemory.Alloc(size);

    public void* AllocZeroed(nuint size) => NativeMemory.AllocZeroed(size);

    public void* AlignedAlloc(nuint size, nuint alignment) => NativeMemory.AlignedAlloc(size, alignment);

    public void* Realloc(void* block, nuint size) => NativeMemory.Realloc(block, size);

    public void* AlignedRealloc(void* block, nuint size, nuint alignment) => NativeMemory.AlignedRealloc(block, size, alignment);

    public void Free(void* block) => NativeMemory.Free(block);

    public void AlignedFree(void* block) => NativeMemory.AlignedFree(block);
}
