using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace BitSlab.Extensions.Tests.Packages;

/// <summary>The packages, made once of what the tests were built with.</summary>
public sealed class PackageFolder : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static readonly string s_cached = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitslab-packages-");

    public PackageFolder()
    {
        if (!IsRelease)
        {
            return;
        }

        foreach (string project in (string[])["BitSlab", "BitSlab.Extensions.DependencyInjection", "BitSlab.AspNetCore", "BitSlab.Cli"])
        {
            Dotnet("pack", Path.Combine(Root(), "src", project), "-c", "Release", "--no-build", "-v", "quiet", "-o", _folder.FullName);
        }
    }

    public static bool IsRelease { get; } =
        new DirectoryInfo(AppContext.BaseDirectory).Name.Equals("release", StringComparison.OrdinalIgnoreCase);

    public string Location => _folder.FullName;

    /// <summary>The version of all packages.</summary>
    public string Version => Path.GetFileNameWithoutExtension(Find("BitSlab", "nupkg"))["BitSlab.".Length..];

    /// <summary>Has what is restored in a folder come from here, and nothing of it stay when the tests end.</summary>
    /// <param name="folder">Where the configuration is put.</param>
    /// <param name="cached">Whether packages of others may be taken from where the tests' own ones are.</param>
    /// <returns>The configuration's file.</returns>
    public string Configure(DirectoryInfo folder, bool cached)
    {
        string configuration = Path.Combine(folder.FullName, "nuget.config");
        File.WriteAllText(configuration, $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(Location, "restored")}" /></config>
              <packageSources>
                <clear />
                <add key="here" value="{Location}" />
                {(cached ? $"""<add key="cached" value="{s_cached}" />""" : string.Empty)}
              </packageSources>
              <packageSourceMapping>
                <clear />
                <packageSource key="here"><package pattern="BitSlab*" /></packageSource>
                {(cached ? """<packageSource key="cached"><package pattern="*" /></packageSource>""" : string.Empty)}
              </packageSourceMapping>
            </configuration>
            """);
        return configuration;
    }

    /// <summary>A package by its name without version, <c>nupkg</c> or <c>snupkg</c>.</summary>
    public string Find(string id, string extension) => _folder.GetFiles($"{id}.*.{extension}")
        .Single(file => char.IsAsciiDigit(file.Name[id.Length + 1])).FullName;

    /// <summary>Runs the SDK, which must succeed, and gives what it printed.</summary>
    public static string Dotnet(params string[] arguments) => Run(
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")), arguments);

    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // The tests' own runtime; not what the test platform set up for them, nor another folder than the configuration's.
        string[] prefixes = ["MSBUILD", "NUGET_PACKAGES"];
        foreach (string name in start.Environment.Keys.Where(
            key => prefixes.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToArray())
        {
            start.Environment.Remove(name);
        }


        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        StringBuilder output = new();
        using Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} hangs.");
        }

        process.WaitForExit();
        return process.ExitCode == 0
            ? output.ToString()
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");

        void Append(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "BitSlab.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
