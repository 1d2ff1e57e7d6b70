using System.Runtime.InteropServices;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Peers;

/// <summary>
/// An allocator in C as cheaply as .NET can call it: the functions' addresses are constants to the JIT, and a call has no
/// transition and no check for null. That flatters the peers: code that may wait for a lock or the system, as every allocator's
/// slow path does, should not be called so, for it holds up the garbage collector meanwhile.
/// </summary>
internal readonly unsafe struct PeerContender<TSlot> : IContender<PeerContender<TSlot>>
    where TSlot : struct
{
    private static readonly delegate* unmanaged[SuppressGCTransition]<nuint, void*> s_malloc =
        (delegate* unmanaged[SuppressGCTransition]<nuint, void*>)PeerSlot<TSlot>.Exports!.Malloc;

    private static readonly delegate* unmanaged[SuppressGCTransition]<void*, void> s_free =
        (delegate* unmanaged[SuppressGCTransition]<void*, void>)PeerSlot<TSlot>.Exports!.Free;

    private static readonly delegate* unmanaged[SuppressGCTransition]<nuint, nuint, void*> s_calloc =
        (delegate* unmanaged[SuppressGCTransition]<nuint, nuint, void*>)PeerSlot<TSlot>.Exports!.Calloc;

    private static readonly delegate* unmanaged[SuppressGCTransition]<void*, nuint, void*> s_realloc =
        (delegate* unmanaged[SuppressGCTransition]<void*, nuint, void*>)PeerSlot<TSlot>.Exports!.Realloc;

    private static readonly delegate* unmanaged[SuppressGCTransition]<nuint, nuint, void*> s_memalign =
        (delegate* unmanaged[SuppressGCTransition]<nuint, nuint, void*>)PeerSlot<TSlot>.Exports!.Memalign;

    public static PeerContender<TSlot> Open(SlabAllocator? allocator) => default;

    public void* Alloc(nuint size) => s_malloc(size);

    public void* AllocZeroed(nuint size) => s_calloc(1, size);

    public void* AlignedAlloc(nuint size, nuint alignment) => s_memalign(alignment, size);

    // C leaves open what a size of 0 does here.
    public void* Realloc(void* block, nuint size) => s_realloc(block, size == 0 ? 1 : size);

    public void* AlignedRealloc(void* block, nuint size, nuint alignment)
    {
        void* resized = Realloc(block, size);
        if ((nuint)resized % alignment == 0)
        {
            return resized;
        }

        void* aligned = AlignedAlloc(size, alignment);
        NativeMemory.Copy(resized, aligned, size);
        Free(resized);
        return aligned;
    }

    public void Free(void* block) => s_free(block);

    public void AlignedFree(void* block) => s_free(block);
}
