using System;
using System.Diagnostics;
using System.IO;

namespace BitSlab.Benchmarks.Commands;

/// <summary>
/// Starts this program again with more room for thread-local variables of libraries that are loaded late. jemalloc's do not fit
/// into what the loader leaves free by default, and the loader reads the setting when the process starts.
/// </summary>
internal static class Restart
{
    private const string Variable = "GLIBC_TUNABLES";
    private const string Tunable = "glibc.rtld.optional_static_tls";
    private const string Setting = Tunable + "=16384";

    public static bool IsNeeded => OperatingSystem.IsLinux() && !Tunables.Contains(Tunable, StringComparison.Ordinal);

    private static string Tunables => Environment.GetEnvironmentVariable(Variable) ?? string.Empty;

    /// <summary>Runs the same command; its exit code.</summary>
    public static int Run()
    {
        // The first word is the assembly: the program's own executable finds it by itself, the dotnet host must be told.
        string[] words = Environment.GetCommandLineArgs();
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        ProcessStartInfo start = new(program, isHost ? words : words[1..]);
        start.Environment[Variable] = Tunables.Length == 0 ? Setting : Tunables + ":" + Setting;
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
