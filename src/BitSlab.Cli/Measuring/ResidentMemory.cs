using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace BitSlab.Cli.Measuring;

/// <summary>The resident memory of this process, as the kernel counts it.</summary>
internal static partial class ResidentMemory
{
    /// <summary>Bytes resident now. On Linux summed over the page tables: the quick counters lag by some hundred KiB.</summary>
    public static long Now() =>
        ReadField("/proc/self/smaps_rollup", "Rss:") ?? ReadField("/proc/self/status", "VmRSS:") ?? Environment.WorkingSet;

    /// <summary>The highest number of bytes resident since <see cref="TryResetPeak"/>, or null where the system does not tell.</summary>
    public static long? Peak() => ReadField("/proc/self/status", "VmHWM:");

    /// <summary>Sets the peak down to what is resident now; false where that is not permitted.</summary>
    public static bool TryResetPeak()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Gives back what earlier work left behind, so that what comes later is not served from it unseen.</summary>
    public static void Settle()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = MallocTrim(0); // the runtime and the JIT use malloc as well
            }
            catch (EntryPointNotFoundException)
            {
                // Only glibc has it.
            }
        }
    }

    private static long? ReadField(string file, string field)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            foreach (string line in File.ReadLines(file))
            {
                if (line.StartsWith(field, StringComparison.Ordinal))
                {
                    return 1024 * long.Parse(line.AsSpan(field.Length).Trim().TrimEnd("kB "), CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // There is no /proc.
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}
