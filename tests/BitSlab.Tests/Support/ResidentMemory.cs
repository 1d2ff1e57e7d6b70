using System;
using System.Globalization;
using System.IO;

namespace BitSlab.Tests.Support;

/// <summary>The process's resident memory, as the system counts it.</summary>
public static class ResidentMemory
{
    public static long Now()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.WorkingSet;
        }

        string second = File.ReadAllText("/proc/self/statm").Split(' ')[1];
        return long.Parse(second, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
