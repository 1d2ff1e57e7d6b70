using System.Runtime.CompilerServices;

namespace BitSlab.Child;

/// <summary>
/// The fast paths, each inlined into a method of its own, to be disassembled by the JIT that compiles them, and read by people
/// (<c>docs/fast-paths</c>) and a test.
/// </summary>
internal static unsafe class FastPaths
{
    /// <summary>The methods that are recorded.</summary>
    public static readonly string[] Recorded = [nameof(StaticAlloc), nameof(StaticFree), nameof(HandleAlloc), nameof(HandleFree)];

    /// <summary>The methods that show the test to be able to fail.</summary>
    public static readonly string[] Planted = [nameof(PlantedCall), nameof(PlantedWork), nameof(PlantedTailCall)];

    public static void Run()
    {
        // First through other methods: what is compiled after this finds the classes initialised and their fields constant, as
        // code that is compiled again when it is hot does.
        SlabMemory.Free(SlabMemory.Alloc(64));
        using SlabAllocator allocator = new();
        SlabThreadHeap heap = allocator.GetThreadHeap();
        heap.Free(heap.Alloc(64));

        StaticFree(StaticAlloc(64));
        HandleFree(heap, HandleAlloc(heap, 64));
        SlabMemory.Free(PlantedCall(64));
        SlabMemory.Free(PlantedWork(64));
        SlabMemory.Free(PlantedTailCall(64));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* StaticAlloc(nuint byteCount) => SlabMemory.Alloc(byteCount);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StaticFree(void* block) => SlabMemory.Free(block);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* HandleAlloc(in SlabThreadHeap heap, nuint byteCount) => heap.Alloc(byteCount);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void HandleFree(in SlabThreadHeap heap, void* block) => heap.Free(block);

    /// <summary>For the control of the test: a fast path that calls something.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* PlantedCall(nuint byteCount) => SlabMemory.Alloc(OutOfLine(byteCount));

    /// <summary>For the control of the test: a fast path that does more than it has to.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* PlantedWork(nuint byteCount)
    {
        SlabMemory.Free(SlabMemory.Alloc(byteCount));
        return SlabMemory.Alloc(byteCount);
    }

    /// <summary>For the control of the test: a fast path that is somewhere else.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void* PlantedTailCall(nuint byteCount) => StaticAlloc(byteCount);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nuint OutOfLine(nuint byteCount) => byteCount;
}
