using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace BitSlab.Platform;

/// <summary>The primitives on macOS: mmap, mprotect. Compiled, and run nowhere yet.</summary>
/// <remarks>
/// Pages are 16 KiB on Apple silicon. The system's own way to purge is MADV_FREE_REUSABLE; it is not used. By its rules pages may keep what they held,
/// and before they are written again MADV_FREE_REUSE has to follow, or the process's footprint is counted wrong from then on. Purged pages must read as zeros
/// here, and nobody tells before the first write: so the range is mapped anew, which drops its pages and their count in one call, as for a decommit.
/// Huge pages cannot be asked for range by range.
/// </remarks>
internal static unsafe partial class MacMemory
{
    private const int ProtNone = 0;
    private const int ProtRead = 1;
    private const int ProtReadWrite = 3;
    private const int MapPrivateAnonymous = 0x1002;
    private const int MapFixed = 0x10;
    private const int MapNoReserve = 0x40;

    public static OsPrimitives Primitives => new()
    {
        Reserve = &Reserve,
        ReserveTable = &ReserveTable,
        Commit = &Commit,
        Decommit = &Decommit,
        Purge = &Purge,
        Release = &Release,
        WantHugePages = &WantHugePages,
        Populate = &Populate,
        Yield = &Yield,
        ProcessBarrier = &ProcessBarrier,
        Malloc = &AlignedMalloc.Alloc,
        FreeMalloc = &AlignedMalloc.Free,
        PageSize = (nuint)Environment.SystemPageSize,
        WantedBytes = unchecked((nuint)(1ul << 40)),
    };

    private static void* Reserve(nuint bytes) => Map(null, bytes, ProtNone, 0);

    private static void* ReserveTable(nuint bytes) => Map(null, bytes, ProtRead, 0);

    private static bool Commit(void* address, nuint bytes) => mprotect(address, bytes, ProtReadWrite) == 0;

    private static bool Decommit(void* address, nuint bytes) => Map(address, bytes, ProtNone, MapFixed) != null;

    private static bool Purge(void* address, nuint bytes) => Map(address, bytes, ProtReadWrite, MapFixed) != null;

    // It cannot fail for a range that was mapped as a whole.
    private static void Release(void* address, nuint bytes) => _ = munmap(address, bytes);

    private static bool WantHugePages(void* address, nuint bytes, bool wanted) => false;

    private static bool Populate(void* address, nuint bytes)
    {
        // Nothing stands there yet.
        nuint page = (nuint)Environment.SystemPageSize;
        for (nuint offset = 0; offset < bytes; offset += page)
        {
            Volatile.Write(ref *((byte*)address + offset), 0);
        }

        return true;
    }

    private static void Yield() => Thread.Yield();

    // As .NET does it there.
    private static void ProcessBarrier() => Interlocked.MemoryBarrierProcessWide();

    private static void* Map(void* address, nuint bytes, int protection, int flags)
    {
        void* result = mmap(address, bytes, protection, MapPrivateAnonymous | MapNoReserve | flags, -1, 0);
        return result == unchecked((void*)-1) ? null : result;
    }

    [LibraryImport("libSystem")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libSystem")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libSystem")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int munmap(void* address, nuint length);
}
