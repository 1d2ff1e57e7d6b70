using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Xunit;

namespace BitSlab.Tests.Support;

/// <summary>Runs one of the programs of BitSlab.Child, which stands beside the tests.</summary>
public static class ChildProgram
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(100);

    /// <summary>Runs a program, which must succeed, and gives the figures that it printed.</summary>
    public static IReadOnlyDictionary<string, long> Run(params string[] arguments)
    {
        (int exitCode, string output, string error) = Start(0, arguments);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)} ended with {exitCode}: {error}{output}");
        return Figures(output);
    }

    /// <summary>The same with so much address space, and a GC that needs little of it.</summary>
    public static IReadOnlyDictionary<string, long> RunWithin(long addressSpaceKiB, params string[] arguments)
    {
        (int exitCode, string output, string error) = Start(addressSpaceKiB, arguments);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)} within {addressSpaceKiB} KiB ended with {exitCode}: {error}{output}");
        return Figures(output);
    }

    /// <summary>Runs a program, whatever comes of it.</summary>
    public static (int ExitCode, string Output, string Error) Start(long addressSpaceKiB, params string[] arguments) =>
        StartOther("BitSlab.Child", addressSpaceKiB, arguments);

    /// <summary>The same with another program that stands there, by its assembly's name.</summary>
    public static (int ExitCode, string Output, string Error) StartOther(string assembly, long addressSpaceKiB, params string[] arguments)
    {
        string[] command = [.. Limited(addressSpaceKiB), .. Program(assembly), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // What the tests run under is not for the program: collectors of coverage, settings of the GC. But what one needs of the machine, so does the other.
        string[] prefixes = ["DOTNET_", "COR"];
        string[] kept = ["DOTNET_EnableWriteXorExecute", "DOTNET_GCRegionRange", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"];
        foreach (string name in start.Environment.Keys.Where(k => !kept.Contains(k) && prefixes.Any(p => k.StartsWith(p, StringComparison.Ordinal))).ToArray())
        {
            start.Environment.Remove(name);
        }

        if (addressSpaceKiB != 0)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = "0x4000000";
            start.Environment["DOTNET_TieredCompilation"] = "0";
        }

        using Process process = Process.Start(start)!;
        System.Threading.Tasks.Task<string> error = process.StandardError.ReadToEndAsync();
        System.Threading.Tasks.Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(HangGuard))
        {
            process.Kill();
            throw new TimeoutException($"{string.Join(' ', arguments)} hangs.");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult().ReplaceLineEndings("\n"), error.GetAwaiter().GetResult());
    }

    private static string[] Limited(long addressSpaceKiB)
    {
        if (addressSpaceKiB == 0)
        {
            return [];
        }

        Assert.SkipUnless(OperatingSystem.IsLinux(), "Nothing limits address space.");
        return ["/bin/sh", "-c", string.Create(CultureInfo.InvariantCulture, $"ulimit -v {addressSpaceKiB} && exec \"$0\" \"$@\"")];
    }

    // Published with the runtime beside it, a program is an executable of its own.
    private static string[] Program(string assembly)
    {
        string folder = AppContext.BaseDirectory;
        string runtime = RuntimeEnvironment.GetRuntimeDirectory();
        if (Path.TrimEndingDirectorySeparator(runtime) != Path.TrimEndingDirectorySeparator(folder))
        {
            return [Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "dotnet")), Path.Combine(folder, assembly + ".dll")];
        }

        string executable = Path.Combine(folder, OperatingSystem.IsWindows() ? assembly + ".exe" : assembly);
        Assert.SkipUnless(File.Exists(executable), $"{assembly} is not published with the tests.");
        return [executable];
    }

    private static Dictionary<string, long> Figures(string output) => output
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('='))
        .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
}
