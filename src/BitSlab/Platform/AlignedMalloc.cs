using System.Runtime.InteropServices;

namespace BitSlab.Platform;

/// <summary>The C library's malloc where it does not tell how much a block holds: as the framework wraps it, at any alignment.</summary>
internal static unsafe class AlignedMalloc
{
    /// <summary>What malloc aligns to in any case.</summary>
    private const nuint LeastAlignment = 16;

    public static void* Alloc(nuint bytes, nuint alignment)
    {
        try
        {
            return NativeMemory.AlignedAlloc(bytes, nuint.Max(alignment, LeastAlignment));
        }
        catch (System.OutOfMemoryException)
        {
            // The core wants to know it by null.
            return null;
        }
    }

    public static void Free(void* block) => NativeMemory.AlignedFree(block);
}
