using System;
using System.Runtime.InteropServices;

namespace BitSlab.Tests.Support;

/// <summary>Which pages of an address range are resident, as the kernel says.</summary>
public static unsafe partial class Pages
{
    public static int Size { get; } = Environment.SystemPageSize;

    /// <summary>The resident bytes of the pages that a range touches; the range is mapped.</summary>
    public static long ResidentBytes(nint start, long bytes)
    {
        nint first = start & -Size;
        var pages = new byte[(start + bytes - first + Size - 1) / Size];
        fixed (byte* answers = pages)
        {
            if (mincore((void*)first, (nuint)pages.Length * (nuint)Size, answers) != 0)
            {
                throw new InvalidOperationException($"mincore gave error {Marshal.GetLastPInvokeError()}.");
            }
        }

        long resident = 0;
        foreach (byte page in pages)
        {
            resident += page & 1;
        }

        return resident * Size;
    }

    public static bool IsResident(nint address) => ResidentBytes(address, 1) != 0;

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int mincore(void* address, nuint length, byte* answers);
}
