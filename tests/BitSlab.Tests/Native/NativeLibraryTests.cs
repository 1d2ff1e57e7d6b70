using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Native;

/// <summary>
/// The libraries without a runtime: built and tested by <c>tests/native/run.sh</c>, and some of its judges. Skipped, with the reason, where they
/// cannot be built. In Release alone: it is the same library in both.
/// </summary>
public sealed class NativeLibraryTests
{
    // A script's way to say that something is missing here.
    private const int Skipped = 77;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Its_own_tests_and_the_quick_judges_pass()
    {
        Assert.SkipUnless(
            new DirectoryInfo(AppContext.BaseDirectory).Name.Equals("release", StringComparison.OrdinalIgnoreCase), "The library is built in Release.");
        using Process process = new()
        {
            StartInfo = new ProcessStartInfo("bash", [Path.Combine(TraceFiles.Root(), "tests", "native", "run.sh"), "--judges"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (string name in (string[])["MSBuildLoadMicrosoftTargetsReadOnly", "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath"])
        {
            process.StartInfo.Environment.Remove(name);
        }

        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
        }

        string said = $"{await output}{await error}";
        Assert.SkipWhen(process.ExitCode == Skipped, said.Trim());
        Assert.True(process.ExitCode == 0, said);
        Assert.Contains("passed malloc", said, StringComparison.Ordinal);
    }
}
