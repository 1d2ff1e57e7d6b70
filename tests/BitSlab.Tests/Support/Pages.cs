using System;
using System.Runtime.InteropServices;

namespace BitSlab.Tests.Support;

/// <summary>Which pages of an address range are resident, as the system says.</summary>
public static unsafe partial class Pages
{
    public static int Size { get; } = Environment.SystemPageSize;

    /// <summary>The resident bytes of the pages that a range touches; the range is mapped.</summary>
    public static long ResidentBytes(nint start, long bytes)
    {
        nint first = start & -Size;
        nint count = ((nint)bytes + (start - first) + Size - 1) / Size;
        return (OperatingSystem.IsWindows() ? ResidentOnWindows(first, count) : Resident(first, count)) * Size;
    }

    public static bool IsResident(nint address) => ResidentBytes(address, 1) != 0;

    private static long Resident(nint first, nint count)
    {
        var pages = new byte[count];
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

        return resident;
    }

    private static long ResidentOnWindows(nint first, nint count)
    {
        var pages = new WorkingSetPage[count];
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i].Address = first + (i * Size);
        }

        const nint ThisProcess = -1;
        fixed (WorkingSetPage* answers = pages)
        {
            if (K32QueryWorkingSetEx(ThisProcess, answers, (uint)(pages.Length * sizeof(WorkingSetPage))) == 0)
            {
                throw new InvalidOperationException($"QueryWorkingSetEx gave error {Marshal.GetLastPInvokeError()}.");
            }
        }

        long resident = 0;
        foreach (WorkingSetPage page in pages)
        {
            resident += page.Flags & 1;
        }

        return resident;
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int mincore(void* address, nuint length, byte* answers);

    [LibraryImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int K32QueryWorkingSetEx(nint process, WorkingSetPage* pages, uint bytes);

    private struct WorkingSetPage
    {
        public nint Address;
        public nint Flags;
    }
}
