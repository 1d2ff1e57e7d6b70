using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Platform;
using BitSlab.Threads;

namespace BitSlab;

/// <summary>
/// The process-wide allocator, in the shape of <see cref="NativeMemory"/> and by its rules, so that
/// <c>using NativeMemory = BitSlab.SlabMemory;</c> compiles. Safe on any thread; any thread may free any block.
/// </summary>
/// <remarks>
/// Blocks come from <see cref="SlabAllocator.Shared"/>. What takes a block here takes blocks of any allocator. Blocks of the C
/// library's malloc, <see cref="NativeMemory"/>'s for instance, are refused.
/// </remarks>
public static unsafe class SlabMemory
{
    // The shared allocator's classes, as constants on the fast path: steps of 16, and they stay.
    private const int GranularityShift = 4;

    /// <summary>Allocates a block, not initialised, aligned to 16 bytes or, in an allocator of its own options, to its minimum.</summary>
    /// <param name="byteCount">The size in bytes; 0 gives a unique block that holds nothing.</param>
    /// <returns>The block; never null.</returns>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the size impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Alloc(nuint byteCount)
    {
        // A size of 0 becomes the largest number, and so leaves the fast path.
        nuint last = unchecked(byteCount - 1);
        ThreadHeap* heap = ThreadHeaps.t_shared;
        return last < ThreadHeap.DirectBytes && heap != null && LocalAlloc.TryTake(heap, ThreadHeap.Entry(heap, last >> GranularityShift), out void* block)
            ? block
            : AllocSlow(byteCount);
    }

    /// <summary>Allocates a block for a number of elements, not initialised.</summary>
    /// <param name="elementCount">The number of elements.</param>
    /// <param name="elementSize">The size of each in bytes.</param>
    /// <returns>The block; never null.</returns>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the product impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    public static void* Alloc(nuint elementCount, nuint elementSize) => Alloc(SlabAllocator.Product(elementCount, elementSize));

    /// <summary>Allocates a block for a number of values, not initialised.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="count">The number of values.</param>
    /// <returns>The block; never null.</returns>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the product impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    public static T* Alloc<T>(nuint count)
        where T : unmanaged => (T*)Alloc(SlabAllocator.Product(count, (nuint)sizeof(T)));

    /// <summary>Allocates a block whose requested bytes are zero.</summary>
    /// <param name="byteCount">The size in bytes; 0 gives a unique block that holds nothing.</param>
    /// <returns>The block; never null.</returns>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the size impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    public static void* AllocZeroed(nuint byteCount)
    {
        nuint last = unchecked(byteCount - 1);
        ThreadHeap* heap = ThreadHeaps.t_shared;
        if (last < ThreadHeap.DirectBytes && heap != null && LocalAlloc.TryTake(heap, ThreadHeap.Entry(heap, last >> GranularityShift), out void* block))
        {
            NativeMemory.Clear(block, byteCount);
            return block;
        }

        return Shared.AllocZeroedSlow(heap, byteCount);
    }

    /// <summary>Allocates a block for a number of elements, whose requested bytes are zero.</summary>
    /// <param name="elementCount">The number of elements.</param>
    /// <param name="elementSize">The size of each in bytes.</param>
    /// <returns>The block; never null.</returns>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the product impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    public static void* AllocZeroed(nuint elementCount, nuint elementSize) =>
        AllocZeroed(SlabAllocator.Product(elementCount, elementSize));

    /// <summary>Allocates a block, or says that there is none.</summary>
    /// <param name="byteCount">The size in bytes; 0 gives a unique block that holds nothing.</param>
    /// <param name="ptr">The block, or null.</param>
    /// <returns>False when memory or the limit is exhausted, or the size impossible.</returns>
    public static bool TryAlloc(nuint byteCount, out void* ptr)
    {
        // Without address space there is no shared allocator to ask: naming it would throw.
        if (ProcessMemory.Reservation == null && CurrentPlatform.IsSupported)
        {
            ptr = null;
            return false;
        }

        return Shared.TryAlloc(byteCount, out ptr);
    }

    /// <summary>
    /// Gives a block another size; its contents up to the smaller of both sizes stay. The block stays in its allocator, and keeps
    /// only its allocator's minimum alignment. When it fails the old block is as it was.
    /// </summary>
    /// <param name="ptr">The block; null allocates one.</param>
    /// <param name="byteCount">The new size in bytes.</param>
    /// <returns>The block, which may have moved; the old address is then free.</returns>
    /// <exception cref="InvalidBlockException">The address is not a live block.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the size impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    public static void* Realloc(void* ptr, nuint byteCount) =>
        ptr == null ? Alloc(byteCount) : SlabAllocator.ReallocateAny(ThreadHeaps.t_shared, ptr, byteCount, 1, null);

    /// <summary>Frees a block of any allocator. Null does nothing.</summary>
    /// <param name="ptr">The block.</param>
    /// <exception cref="InvalidBlockException">The address is not a live block. Nothing was changed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Free(void* ptr)
    {
        if (!LocalFree.TryFree(ThreadHeaps.t_shared, ptr, ProcessMemory.FirstSlice, ProcessMemory.SliceCount, ProcessMemory.Table))
        {
            FreeSlow(ptr);
        }
    }

    /// <summary>Allocates a block, not initialised, with an alignment.</summary>
    /// <param name="byteCount">The size in bytes; 0 gives a unique block that holds nothing.</param>
    /// <param name="alignment">The alignment in bytes, a power of two.</param>
    /// <returns>The block; never null.</returns>
    /// <exception cref="ArgumentException">The alignment is 0 or no power of two.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the size impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    public static void* AlignedAlloc(nuint byteCount, nuint alignment) => Shared.AlignedAlloc(byteCount, alignment);

    /// <summary>As <see cref="Realloc"/>, with an alignment that the block has afterwards.</summary>
    /// <param name="ptr">The block; null allocates one.</param>
    /// <param name="byteCount">The new size in bytes.</param>
    /// <param name="alignment">The alignment in bytes, a power of two.</param>
    /// <returns>The block, which may have moved; the old address is then free.</returns>
    /// <exception cref="ArgumentException">The alignment is 0 or no power of two.</exception>
    /// <exception cref="InvalidBlockException">The address is not a live block.</exception>
    /// <exception cref="OutOfMemoryException">Memory is exhausted, or the size impossible.</exception>
    /// <exception cref="SlabMemoryLimitException">The allocator's limit is reached.</exception>
    public static void* AlignedRealloc(void* ptr, nuint byteCount, nuint alignment)
    {
        ThrowHelper.ThrowIfNotPowerOfTwo(alignment);
        return ptr == null
            ? Shared.AlignedAlloc(byteCount, alignment)
            : SlabAllocator.ReallocateAny(ThreadHeaps.t_shared, ptr, byteCount, alignment, null);
    }

    /// <summary>Frees a block of any allocator, however it was allocated: the same as <see cref="Free"/>.</summary>
    /// <param name="ptr">The block.</param>
    /// <exception cref="InvalidBlockException">The address is not a live block. Nothing was changed.</exception>
    public static void AlignedFree(void* ptr) => Free(ptr);

    /// <summary>
    /// Frees many blocks of any allocators. Blocks of other threads that stand side by side in the batch go back in one step. Null
    /// entries are skipped.
    /// </summary>
    /// <param name="blocks">The blocks.</param>
    /// <exception cref="InvalidBlockException">Entries are not live blocks. All others were freed.</exception>
    public static void FreeBatch(ReadOnlySpan<nint> blocks) => SlabAllocator.FreeBatchAny(ThreadHeaps.t_shared, blocks, null);

    /// <summary>
    /// The bytes that a block of any allocator holds, at least what was asked for. Bytes beyond those that were asked for are not
    /// initialised. 0 for null.
    /// </summary>
    /// <param name="ptr">The block.</param>
    /// <exception cref="InvalidBlockException">The address is not a live block.</exception>
    public static nuint GetUsableSize(void* ptr) => SlabAllocator.UsableSizeOfAny(ptr, null);

    /// <inheritdoc cref="NativeMemory.Clear(void*, nuint)"/>
    public static void Clear(void* ptr, nuint byteCount) => NativeMemory.Clear(ptr, byteCount);

    /// <inheritdoc cref="NativeMemory.Copy(void*, void*, nuint)"/>
    public static void Copy(void* source, void* destination, nuint byteCount) => NativeMemory.Copy(source, destination, byteCount);

    /// <inheritdoc cref="NativeMemory.Fill(void*, nuint, byte)"/>
    public static void Fill(void* ptr, nuint byteCount, byte value) => NativeMemory.Fill(ptr, byteCount, value);

    // A static constructor that fails is told as a TypeInitializationException, for ever: what may fail is asked for before.
    private static SlabAllocator Shared
    {
        get
        {
            ProcessMemory.Require();
            return SlabAllocator.Shared;
        }
    }

    // Of their own, so that the shared allocator's static field is not looked at on the fast path.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* AllocSlow(nuint byteCount)
    {
        ThreadHeap* heap = ThreadHeaps.t_shared;
        void* block = heap != null ? LocalAlloc.TakeOrRefill(heap, byteCount) : null;
        return block != null ? block : Shared.Allocate(byteCount, 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FreeSlow(void* ptr) => SlabAllocator.FreeAny(ThreadHeaps.t_shared, ptr, null);
}
