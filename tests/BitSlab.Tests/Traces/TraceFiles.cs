using System;
using System.Collections.Concurrent;
using System.IO;
using BitSlab.Traces;

namespace BitSlab.Tests.Traces;

/// <summary>The traces in the project's folder `traces`, each read once.</summary>
internal static class TraceFiles
{
    private static readonly ConcurrentDictionary<string, Lazy<Trace>> s_read = new();

    public static Trace Read(string name) => s_read.GetOrAdd(name, key => new Lazy<Trace>(() => TraceReader.Read(PathOf(key)))).Value;

    public static string PathOf(string name) => Path.Combine(Root(), "traces", name + ".trace.gz");

    /// <summary>The project's folder: the nearest one above the test program that holds the solution.</summary>
    public static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BitSlab.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("BitSlab.slnx is in no folder above the test program.");
    }
}
