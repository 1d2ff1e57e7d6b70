using System;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Tests.Cli;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary><c>run</c> from end to end; figures are checked for sense, not for speed.</summary>
public sealed class RunCommandTests
{
    [Fact]
    public void A_quick_run_writes_every_round_and_the_report()
    {
        using TemporaryFolder folder = new();

        CommandRun run = BenchmarkCommand.Run(
            "run", "--quick", "--workloads", "pair/64,steady/1k,trace/*,scaling/compute-1", "--contenders", "bitslab,nativememory,gc",
            "--traces", TraceFiles.PathOf("sqlite"), "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        string[][] rows = folder.Rows("results.csv", "workload,contender,metric,round,value");
        string[] expected =
        [
            .. from workload in new[] { "pair/64", "steady/1k" }
               from round in new[] { "1", "2", "3" }
               from contender in new[] { "bitslab", "nativememory", "gc" }
               select $"{workload} {contender} {round}",
            .. from round in new[] { "1", "2", "3" } select $"scaling/compute-1 compute {round}",
            .. from round in new[] { "1", "2", "3" }
               from contender in new[] { "bitslab", "nativememory" }
               select $"trace/sqlite {contender} {round}",
        ];
        Assert.Equal(expected, rows.Select(row => $"{row[0]} {row[1]} {row[3]}"));
        Assert.All(rows, row => Assert.Equal("ns/op", row[2]));
        Assert.All(rows, row => Assert.InRange(double.Parse(row[4], CultureInfo.InvariantCulture), 0.1, 1e6));
        string[] facts = [.. folder.Rows("environment.csv", "key,value").Select(row => row[0])];
        Assert.Empty(new[] { "cpu", "cores", "dotnet", "bitslab", "date", "rounds", "command" }.Except(facts));
        Assert.Empty(folder.Rows("latency.csv", "workload,contender,round,percentile,ns"));
        Assert.True(File.Exists(Path.Combine(folder.Path, "README.md")));
    }

    [Fact]
    public void Latencies_are_a_distribution_for_each_round()
    {
        using TemporaryFolder folder = new();

        CommandRun run = BenchmarkCommand.Run(
            "run", "--quick", "--rounds", "2", "--workloads", "latency/*", "--contenders", "bitslab-handle",
            "--traces", TraceFiles.PathOf("sqlite"), "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        string[][] rows = folder.Rows("results.csv", "workload,contender,metric,round,value");
        Assert.Equal(["p50", "p99", "p99.9", "p99.99", "max", "p50", "p99", "p99.9", "p99.99", "max"], rows.Select(row => row[2]));
        string[][] curve = folder.Rows("latency.csv", "workload,contender,round,percentile,ns");
        Assert.Equal(["1", "2"], curve.Select(row => row[2]).Distinct());
        Assert.Equal("100", curve[^1][3]);
    }

    public static TheoryData<string[], string> BadArguments() => new()
    {
        { ["--workloads", "pair/64,pear/64"], "--workloads: 'pear/64' fits none of pair/16, " },
        { ["--contenders", "bitslab,hoard"], "--contenders: 'hoard' is no contender; there are bitslab, " },
        { ["--peer", "mine"], "--peer must be NAME=PATH, not 'mine'." },
        { ["--peer", "mine=/there/is/none.so"], "--peer: mine: /there/is/none.so: no such file" },
        { ["--peer", $"gc={TraceFiles.PathOf("sqlite")}"], "--peer: two contenders have one name " },
        { ["--peer", $"mine={TraceFiles.PathOf("sqlite")}", "--contenders", "mine"], $"--peer: mine: {TraceFiles.PathOf("sqlite")}" },
        { ["--contenders", "gc", "--workloads", "trace/*"], "none of the contenders takes part" },
        { ["--traces", "/there/is/none"], "--traces: /there/is/none: no such file or folder" },
        { ["--traces", TraceFiles.PathOf("sqlite"), TraceFiles.PathOf("sqlite")], "--traces: two traces are called sqlite." },
        { ["--traces", Path.Combine(TraceFiles.Root(), "tests")], "no *.trace.gz in this folder" },
        { ["--rounds", "0"], "--rounds must be a number from 1 to 10000, not '0'." },
        { ["--output", TraceFiles.PathOf("sqlite")], TraceFiles.PathOf("sqlite") },
    };

    [Theory]
    [MemberData(nameof(BadArguments))]
    public void Bad_input_is_one_line_and_2(string[] arguments, string message)
    {
        string[] others = arguments.Contains("--contenders") ? [] : ["--contenders", "nativememory"];
        string[] traces = arguments.Contains("--traces") ? [] : ["--traces", TraceFiles.PathOf("sqlite")];
        using TemporaryFolder folder = new();
        string[] output = arguments.Contains("--output") ? [] : ["--output", folder.Path];

        CommandRun run = BenchmarkCommand.Run(["run", "--quick", .. arguments, .. others, .. traces, .. output]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(File.Exists(Path.Combine(folder.Path, "results.csv")));
    }
}
