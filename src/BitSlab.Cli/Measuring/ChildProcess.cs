using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;

namespace BitSlab.Cli.Measuring;

/// <summary>Starts this program again for one memory figure.</summary>
internal static class ChildProcess
{
    public static MemoryFigures Measure(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new()
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string part in (string[])[.. Self(), MeasureCommand.Name, .. arguments])
        {
            if (start.FileName.Length == 0)
            {
                start.FileName = part;
            }
            else
            {
                start.ArgumentList.Add(part);
            }
        }

        // Code is compiled once, and not again in the background while the memory is measured.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        using Process process = Process.Start(start) ?? throw new ChildProcessException("the measuring process did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            string said = errors.GetAwaiter().GetResult().Trim();
            int line = said.IndexOf('\n', StringComparison.Ordinal);
            throw new ChildProcessException($"the measuring process failed ({process.ExitCode}): {(line < 0 ? said : said[..line])}")
            {
                // 1 and 2 are the program's own; a crash of the contender is damage.
                ExitCode = process.ExitCode == ExitCode.BadInput ? ExitCode.BadInput : ExitCode.FoundDamage,
            };
        }

        return JsonSerializer.Deserialize(output, FiguresJson.Line.MemoryFigures)!;
    }

    /// <summary>The words that start this program: its own executable, or the dotnet host with its assembly.</summary>
    private static string[] Self()
    {
        // Neither native code nor a program with the runtime beside it has a host, and either may have any name.
        string folder = AppContext.BaseDirectory;
        bool isSelfContained =
            Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory()) == Path.TrimEndingDirectorySeparator(folder);
        if (!RuntimeFeature.IsDynamicCodeSupported || isSelfContained)
        {
            return [Environment.ProcessPath!];
        }

        string name = typeof(ChildProcess).Assembly.GetName().Name!;
        string executable = Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);
        if (string.Equals(Environment.ProcessPath, executable, StringComparison.Ordinal))
        {
            return [executable];
        }

        string assembly = Path.Combine(folder, name + ".dll");
        return [DotnetHost(), assembly];
    }

    /// <summary>The host that runs us: three folders above the runtime's own, whatever started it.</summary>
    private static string DotnetHost()
    {
        string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string host = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(host) ? host : "dotnet";
    }
}

/// <summary>A child process failed; <see cref="ExitCode"/> is what this program ends with.</summary>
internal sealed class ChildProcessException : IOException
{
    public ChildProcessException()
    {
    }

    public ChildProcessException(string message)
        : base(message)
    {
    }

    public ChildProcessException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public int ExitCode { get; init; } = Commands.ExitCode.BadInput;
}
