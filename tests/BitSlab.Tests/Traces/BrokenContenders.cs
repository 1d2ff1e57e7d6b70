using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Traces;

namespace BitSlab.Tests.Traces;

/// <summary>One fault, in the calls that have it. The positive controls of the verifier.</summary>
internal unsafe interface IFault
{
    static virtual void* Alloc(nuint size) => NativeMemory.Alloc(size);

    static virtual void* AllocZeroed(nuint size) => NativeMemory.AllocZeroed(size);

    static virtual void* AlignedAlloc(nuint size, nuint alignment) => NativeMemory.AlignedAlloc(size, alignment);

    static virtual void* Realloc(void* block, nuint size) => NativeMemory.Realloc(block, size);

    static virtual void Free(void* block) => NativeMemory.Free(block);
}

/// <summary>NativeMemory with one fault.</summary>
internal readonly unsafe struct Broken<TFault> : IContender<Broken<TFault>>
    where TFault : IFault
{
    public static Broken<TFault> Open(SlabAllocator? allocator) => default;

    public void* Alloc(nuint size) => TFault.Alloc(size);

    public void* AllocZeroed(nuint size) => TFault.AllocZeroed(size);

    public void* AlignedAlloc(nuint size, nuint alignment) => TFault.AlignedAlloc(size, alignment);

    public void* Realloc(void* block, nuint size) => TFault.Realloc(block, size);

    public void* AlignedRealloc(void* block, nuint size, nuint alignment) => NativeMemory.AlignedRealloc(block, size, alignment);

    public void Free(void* block) => TFault.Free(block);

    public void AlignedFree(void* block) => NativeMemory.AlignedFree(block);
}

/// <summary>Every block begins 16 bytes after the one before it, whatever its size; nothing is ever reused.</summary>
internal readonly unsafe struct Overlapping : IFault
{
    private const int Room = 1 << 20;

    // Never freed: it must outlive every test that replays over it.
    private static readonly byte* s_arena = (byte*)NativeMemory.AlignedAlloc(Room + 65_536, 16);
    private static int s_next;

    public static void* Alloc(nuint size) => s_arena + (Interlocked.Add(ref s_next, 16) % Room);

    public static void Free(void* block)
    {
    }
}

/// <summary>Hands the same address out again and again.</summary>
internal readonly unsafe struct SameAddress : IFault
{
    private static readonly void* s_block = NativeMemory.AlignedAlloc(65_536, 16);

    public static void* Alloc(nuint size) => s_block;

    public static void Free(void* block)
    {
    }
}

/// <summary>A realloc gives a new block and forgets to copy.</summary>
internal readonly unsafe struct LosesContents : IFault
{
    public static void* Realloc(void* block, nuint size)
    {
        NativeMemory.Free(block);
        return NativeMemory.AllocZeroed(size);
    }
}

internal readonly unsafe struct NotZeroed : IFault
{
    public static void* AllocZeroed(nuint size)
    {
        byte* block = (byte*)NativeMemory.AllocZeroed(size);
        if (size > 0)
        {
            block[size - 1] = 1;
        }

        return block;
    }
}

/// <summary>Aligned blocks come 16 bytes late.</summary>
internal readonly unsafe struct Misaligned : IFault
{
    public static void* AlignedAlloc(nuint size, nuint alignment) => (byte*)NativeMemory.AlignedAlloc(size + 16, alignment) + 16;
}

internal readonly unsafe struct GivesNull : IFault
{
    public static void* Alloc(nuint size) => null;
}

/// <summary>Legal frees are refused, as by an allocator that has lost track.</summary>
internal readonly unsafe struct RefusesFrees : IFault
{
    public static void Free(void* block) => throw new InvalidBlockException("no block\nof mine");
}

/// <summary>A free writes into the neighbour: a block's first bytes change while it lives.</summary>
internal readonly unsafe struct WritesAfterFree : IFault
{
    private static nint s_last;

    public static void* Alloc(nuint size)
    {
        void* block = NativeMemory.Alloc(size);
        Interlocked.Exchange(ref s_last, (nint)block);
        return block;
    }

    public static void Free(void* block)
    {
        nint last = Interlocked.Exchange(ref s_last, 0);
        if (last != 0 && last != (nint)block)
        {
            *(byte*)last ^= 0xFF;
        }
    }
}
