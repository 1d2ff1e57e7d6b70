using System;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Tests.Cli;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary><c>memory</c> from end to end, its child processes included; figures are checked for sense.</summary>
public sealed class MemoryCommandTests
{
    [Fact]
    public void A_quick_run_writes_figures_page_and_plot()
    {
        using TemporaryFolder folder = new();

        CommandRun run = BenchmarkCommand.Run(
            "memory", "--quick", "--idle", "0", "--parallel", "2", "--phases", "free-second,trace/*,start/default",
            "--contenders", "bitslab,nativememory", "--traces", TraceFiles.PathOf("sqlite"), "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        string[][] marks = folder.Rows("memory/marks.csv", "phase,contender,mark,ms,bytes,live,faults");
        Assert.Equal(
            [
                .. from contender in new[] { "bitslab", "nativememory" }
                   from mark in new[] { "begin", "full", "freed", "end" }
                   select $"free-second {contender} {mark}",
            ],
            marks.Select(row => $"{row[0]} {row[1]} {row[2]}"));
        foreach (string[] full in marks.Where(row => row[2] == "full"))
        {
            // 10 MiB of events: nobody has them in less, and nobody should need twice as much.
            Assert.InRange(Number(full[5]), 10_000_000, 10_500_000);
            Assert.InRange(Number(full[4]) / Number(full[5]), 0.95, 2);
            Assert.InRange(Number(full[6]), 1, 10_000);
        }

        Assert.Contains(folder.Rows("memory/resident.csv", "phase,contender,ms,bytes"), row => row[1] == "bitslab");
        string[][] traces = folder.Rows("memory/traces.csv", "trace,contender,round,live,peak,startup");
        Assert.Equal(["bitslab", "nativememory"], traces.Select(row => row[1]));
        Assert.All(traces, row => Assert.InRange(Number(row[4]) / Number(row[3]), 1, 4));
        Assert.Equal(["making", "filling"], folder.Rows("memory/starts.csv", "setup,round,part,ms,faults,bytes").Select(row => row[2]));
        string page = File.ReadAllText(Path.Combine(folder.Path, "memory.md"));
        Assert.Contains("![free-second](memory/free-second.png)", page, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(folder.Path, "memory", "free-second.png")).Length > 1_000);
    }

    [Theory]
    [InlineData("--phases", "free-all,free-some", "--phases: 'free-some' fits none of free-all, free-random, ")]
    [InlineData("--contenders", "bitslab,hoard", "--contenders: 'hoard' is no contender; there are bitslab, ")]
    [InlineData("--contenders", "bitslab,gc", "--contenders: 'gc' takes no part in memory.")]
    [InlineData("--idle", "-1", "--idle must be a number from 0 to 3600, not '-1'.")]
    [InlineData("--events", "ten", "--events must be a number from 1000 to 100000000, not 'ten'.")]
    [InlineData("--traces", "/there/is/none", "--traces: /there/is/none: no such file or folder")]
    public void Bad_input_is_one_line_and_2(string option, string value, string message)
    {
        string[] contenders = option == "--contenders" ? [] : ["--contenders", "nativememory"];
        string[] traces = option == "--traces" ? [] : ["--traces", TraceFiles.PathOf("sqlite")];
        using TemporaryFolder folder = new();

        CommandRun run = BenchmarkCommand.Run(["memory", "--quick", option, value, .. contenders, .. traces, "--output", folder.Path]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
