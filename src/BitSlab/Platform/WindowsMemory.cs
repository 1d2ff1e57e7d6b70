using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace BitSlab.Platform;

/// <summary>The primitives on Windows: VirtualAlloc, VirtualFree. Tested in wine, not on Windows itself.</summary>
/// <remarks>
/// Committed pages are charged whether touched or not, so the table costs its full size of the system's commit limit: see <see cref="WantedBytes"/>.
/// Large pages cannot be asked for afterwards, range by range: they take a privilege, are committed with their reservation, and stay resident for good.
/// So the answer to the hint is no.
/// </remarks>
internal static unsafe partial class WindowsMemory
{
    private const uint MemCommit = 0x1000;
    private const uint MemReserve = 0x2000;
    private const uint MemDecommit = 0x4000;
    private const uint MemRelease = 0x8000;
    private const uint MemReset = 0x8_0000;
    private const uint PageReadWrite = 4;

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
        WantedBytes = WantedBytes,
    };

    // The table takes a 512th: less than a hundredth of the memory, for more than the memory and what may be swapped out can hold.
    private static nuint WantedBytes
    {
        get
        {
            ulong memory = (ulong)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            const ulong Least = 1ul << 30;
            const ulong Most = 1ul << 40;
            ulong wanted = Least;
            while (wanted < Most && wanted / 4 < memory)
            {
                wanted *= 2;
            }

            return unchecked((nuint)wanted);
        }
    }

    private static void* Reserve(nuint bytes) => VirtualAlloc(null, bytes, MemReserve, PageReadWrite);

    // Reserved pages cannot be read. Untouched committed ones are not resident; committing them again does nothing.
    private static void* ReserveTable(nuint bytes) => VirtualAlloc(null, bytes, MemReserve | MemCommit, PageReadWrite);

    private static bool Commit(void* address, nuint bytes) => VirtualAlloc(address, bytes, MemCommit, PageReadWrite) != null;

    private static bool Decommit(void* address, nuint bytes) => VirtualFree(address, bytes, MemDecommit) != 0;

    // Decommitted and committed again the range would be gone for good if another process took the commit charge in between. What was
    // reset reads as it did or as zeros: of zeros, it is zeros in any case. Unlocked without having been locked it leaves the working set.
    private static bool Purge(void* address, nuint bytes)
    {
        NativeMemory.Clear(address, bytes);
        bool done = VirtualAlloc(address, bytes, MemReset, PageReadWrite) != null;
        _ = VirtualUnlock(address, bytes);
        return done;
    }

    // It cannot fail for a range that was reserved as a whole; the size has to be 0.
    private static void Release(void* address, nuint bytes) => _ = VirtualFree(address, 0, MemRelease);

    private static bool WantHugePages(void* address, nuint bytes, bool wanted) => false;

    private static bool Populate(void* address, nuint bytes)
    {
        // Nothing stands there yet. Committed pages can be touched: their charge was taken.
        nuint page = (nuint)Environment.SystemPageSize;
        for (nuint offset = 0; offset < bytes; offset += page)
        {
            Volatile.Write(ref *((byte*)address + offset), 0);
        }

        return true;
    }

    private static void Yield() => Thread.Yield();

    // FlushProcessWriteBuffers.
    private static void ProcessBarrier() => Interlocked.MemoryBarrierProcessWide();

    [LibraryImport("kernel32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int VirtualFree(void* address, nuint size, uint type);

    [LibraryImport("kernel32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int VirtualUnlock(void* address, nuint size);
}
