using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace BitSlab.Platform;

/// <summary>The primitives on Linux: mmap, mprotect, madvise; the C library's malloc.</summary>
internal static unsafe partial class LinuxMemory
{
    private const int ProtNone = 0;
    private const int ProtRead = 1;
    private const int ProtReadWrite = 3;
    private const int MapPrivateAnonymous = 0x22;
    private const int MapFixed = 0x10;
    private const int MapNoReserve = 0x4000;
    private const int AdviseDontNeed = 4;
    private const int AdviseHugePage = 14;
    private const int AdviseNoHugePage = 15;
    private const int AdvisePopulateWrite = 23;

    public static OsPrimitives Primitives => new()
    {
        Reserve = &Reserve,
        ReserveTable = &ReserveTable,
        Commit = &Commit,
        Decommit = &Decommit,
        Purge = &Purge,
        Release = &Release,
        WantHugePages = &WantHugePages,
        ResidentBytes = &ResidentBytes,
        Populate = &Populate,
        Yield = &Yield,
        ProcessBarrier = &ProcessBarrier,
        Malloc = &Malloc,
        FreeMalloc = &FreeMalloc,
        MallocUsableSize = &MallocUsableSize,
        PageSize = (nuint)Environment.SystemPageSize,

        // More than the memory of nearly any machine. Address space costs nothing: 1/64 of what a process has on 64-bit Linux.
        WantedBytes = unchecked((nuint)(1ul << 40)),
    };

    private static void* Reserve(nuint bytes) => Map(null, bytes, ProtNone, MapPrivateAnonymous | MapNoReserve);

    // A private read-only mapping is not charged, and untouched pages read as the shared zero page.
    private static void* ReserveTable(nuint bytes) => Map(null, bytes, ProtRead, MapPrivateAnonymous | MapNoReserve);

    private static bool Commit(void* address, nuint bytes) => mprotect(address, bytes, ProtReadWrite) == 0;

    // Mapping anew over the range drops its pages and, unlike madvise, its commit charge, in one call.
    private static bool Decommit(void* address, nuint bytes) =>
        Map(address, bytes, ProtNone, MapPrivateAnonymous | MapNoReserve | MapFixed) != null;

    private static bool Purge(void* address, nuint bytes) => madvise(address, bytes, AdviseDontNeed) == 0;

    // It cannot fail for a range that was mapped as a whole.
    private static void Release(void* address, nuint bytes) => _ = munmap(address, bytes);

    private static bool WantHugePages(void* address, nuint bytes, bool wanted) =>
        madvise(address, bytes, wanted ? AdviseHugePage : AdviseNoHugePage) == 0;

    private static nuint ResidentBytes(void* address, nuint bytes)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        int pages = (int)(bytes / page);
        byte* states = stackalloc byte[pages];
        if (mincore(address, bytes, states) != 0)
        {
            return 0;
        }

        nuint resident = 0;
        for (int i = 0; i < pages; i++)
        {
            resident += (nuint)(states[i] & 1) * page;
        }

        return resident;
    }

    private static bool Populate(void* address, nuint bytes)
    {
        if (madvise(address, bytes, AdvisePopulateWrite) == 0)
        {
            return true;
        }

        // Before Linux 5.14, or the memory is short: what touching the pages then does is for the kernel to decide.
        const int InvalidArgument = 22;
        if (Marshal.GetLastPInvokeError() != InvalidArgument)
        {
            return false;
        }

        nuint page = (nuint)Environment.SystemPageSize;
        for (nuint offset = 0; offset < bytes; offset += page)
        {
            // Volatile so that the store is made, which nobody reads: it orders nothing.
            Volatile.Write(ref *((byte*)address + offset), 0);
        }

        return true;
    }

    private static void Yield() => Thread.Yield();

    // The membarrier call; where the kernel has none, .NET changes a page's protection, which reaches every processor.
    private static void ProcessBarrier() => Interlocked.MemoryBarrierProcessWide();

    private static void* Malloc(nuint bytes, nuint alignment)
    {
        // malloc aligns to two words.
        if (alignment <= 16)
        {
            return malloc(bytes);
        }

        void* block;
        return posix_memalign(&block, alignment, bytes) == 0 ? block : null;
    }

    private static void FreeMalloc(void* block) => free(block);

    private static nuint MallocUsableSize(void* block) => malloc_usable_size(block);

    private static void* Map(void* address, nuint bytes, int protection, int flags)
    {
        void* result = mmap(address, bytes, protection, flags, -1, 0);
        return result == unchecked((void*)-1) ? null : result;
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int mincore(void* address, nuint length, byte* states);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int madvise(void* address, nuint length, int advice);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int munmap(void* address, nuint length);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void* malloc(nuint bytes);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int posix_memalign(void** block, nuint alignment, nuint bytes);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void free(void* block);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nuint malloc_usable_size(void* block);
}
