using System.Runtime.InteropServices;
using System.Threading;

namespace BitSlab.Platform;

/// <summary>
/// The primitives where the system has neither reserve and commit nor a way to take single pages back, and one thread only: WebAssembly.
/// All memory is the C library's; whole ranges are returned to it, and none of their parts.
/// </summary>
internal static unsafe class PlainMemory
{
    // There are no pages to be seen: sizes are rounded to this, and ranges aligned.
    private const nuint PageBytes = 4096;

    public static OsPrimitives Primitives => new()
    {
        Reserve = &Reserve,
        ReserveTable = &Reserve,
        Commit = &Commit,
        Decommit = &TakeBack,
        Purge = &TakeBack,
        Release = &Release,
        WantHugePages = &WantHugePages,
        Populate = &Commit,
        Yield = &Yield,
        ProcessBarrier = &ProcessBarrier,
        Malloc = &AlignedMalloc.Alloc,
        FreeMalloc = &AlignedMalloc.Free,
        PageSize = PageBytes,
        ChunksFromMalloc = true,

        // All addresses of 32 bits, but the last chunk's, which nobody gives: so that the size fits 32 bits, too.
        WantedBytes = 0xFFC0_0000,
    };

    private static void* Reserve(nuint bytes)
    {
        void* range = AlignedMalloc.Alloc(bytes, PageBytes);
        if (range != null)
        {
            NativeMemory.Clear(range, bytes);
        }

        return range;
    }

    // What is reserved is there.
    private static bool Commit(void* address, nuint bytes) => true;

    private static bool TakeBack(void* address, nuint bytes) => false;

    private static void Release(void* address, nuint bytes) => AlignedMalloc.Free(address);

    private static bool WantHugePages(void* address, nuint bytes, bool wanted) => false;

    private static void Yield() => Thread.Yield();

    // There is one thread.
    private static void ProcessBarrier() => Interlocked.MemoryBarrier();
}
