using System;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Commands;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

public class ReportTests
{
    private static readonly Measure s_pair = new("pair/64");

    [Fact]
    public void Rounds_are_summed_up_by_median_and_minimum()
    {
        using RunFolder run = new();
        Measurements measurements = run.Measure();
        Assert.Equal(4, measurements.Median(s_pair, Contenders.Static));
        Assert.Equal(3, measurements.Minimum(s_pair, Contenders.Static));
        Assert.Equal(8, measurements.Median(s_pair, Contenders.NativeMemory));
        Assert.Null(measurements.Median(s_pair, Contenders.ArrayPool));
    }

    [Fact]
    public void Ratio_is_the_others_time_by_ours()
    {
        using RunFolder run = new();
        Measurements measurements = run.Measure();
        Assert.Equal(2, measurements.Ratio(s_pair, Contenders.NativeMemory, Contenders.Static));
        Assert.Equal(4, measurements.Ratio([new("trace/one"), new("trace/two")], Contenders.NativeMemory, Contenders.Static)!.Value, 1e-12);
    }

    [Fact]
    public void Best_peer_has_done_all_of_the_work()
    {
        using RunFolder run = new();
        Measurements measurements = run.Measure();
        Assert.Equal("alpha", measurements.BestPeer([s_pair]));
        Assert.Equal("beta", measurements.BestPeer([s_pair, new("trace/one")]));
        Assert.Null(measurements.BestPeer([new("latency/steady-100k", "p99.99")]));
    }

    [Theory]
    [InlineData("traces, geometric mean, static", "NativeMemory", 4.0, nameof(Verdict.Met))]
    [InlineData("traces, geometric mean, static", Comparison.BestPeer, 2.0, nameof(Verdict.Met))]
    [InlineData("worst trace, static", "NativeMemory", 2.0, nameof(Verdict.Met))]
    [InlineData("worst trace, static", Comparison.BestPeer, 1.0, nameof(Verdict.Met))]
    [InlineData("pair of 64 bytes, handle", Comparison.BestPeer, 0.5, nameof(Verdict.Missed))]
    [InlineData("p99.99 of a call, queue of 100 k, best round, static", "NativeMemory", 0.9, nameof(Verdict.Missed))]
    [InlineData("speed kept by each of two threads, static", "a loop that only computes", 1.0, nameof(Verdict.Met))]
    [InlineData("queue filled and drained, written, static", "NativeMemory", null, nameof(Verdict.NotMeasured))]
    [InlineData("worst batch of 64 bytes, handle", Comparison.BestPeer, null, nameof(Verdict.NotMeasured))]
    public void Target_is_judged(string work, string against, double? ratio, string verdict)
    {
        using RunFolder run = new();
        TargetResult result = Judge(run, work, against);
        Assert.Equal(verdict, result.Verdict.ToString());
        Assert.Equal(ratio is null, result.Finding is null);
        Assert.Equal(ratio ?? 0, result.Finding?.Ratio ?? 0, 1e-12);
    }

    /// <summary>The control of the test before: a slower BitSlab is seen.</summary>
    [Fact]
    public void Slower_figures_turn_a_met_target_into_a_missed_one()
    {
        using RunFolder run = new(RunFolder.Results.Replace("one,bitslab,ns/op,0,1", "one,bitslab,ns/op,0,1.5", StringComparison.Ordinal));
        TargetResult result = Judge(run, "worst trace, static", "NativeMemory");
        Assert.Equal(Verdict.Missed, result.Verdict);
        Assert.Equal("trace/one", result.Finding!.Workload);
    }

    [Fact]
    public void Worst_cases_are_the_losses_and_nothing_else()
    {
        using RunFolder run = new();
        Assert.Equal(
            [
                ("pair/64", Contenders.Static, 0.5, "alpha"),
                ("pair/64", Contenders.Handle, 0.5, "alpha"),
            ],
            WorstCases.Find(run.Measure())
                .Select(worst => (worst.Measure.Workload, worst.Contender, worst.Ratio, worst.Others.Single().Name)));
    }

    [Fact]
    public void Page_has_the_reasons_that_are_written_and_says_where_none_is()
    {
        using RunFolder run = new();
        Report.Write(run.Path);
        Assert.Contains("no reason written yet", Page(run), StringComparison.Ordinal);

        const string Written = "For the writer.\n\n## batch/*\n\nNot this one.\n\n## pair/*\n\nToo short a life.\n";
        File.WriteAllText(Path.Combine(run.Path, Reasons.FileName), Written);
        Report.Write(run.Path);
        Assert.DoesNotContain("no reason written yet", Page(run), StringComparison.Ordinal);
        Assert.Contains("Too short a life.", Page(run), StringComparison.Ordinal);
        Assert.DoesNotContain("Not this one.", Page(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Same_figures_make_the_same_report()
    {
        using RunFolder run = new();
        Report.Write(run.Path);
        var first = Directory.GetFiles(run.Path).ToDictionary(file => file, File.ReadAllBytes);
        Report.Write(run.Path);
        Assert.Contains(first.Keys, file => file.EndsWith("ratios-pair.png", StringComparison.Ordinal));
        Assert.All(first, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        Assert.All(first.Keys.Where(file => file.EndsWith(".png", StringComparison.Ordinal)), plot =>
            Assert.Contains($"({Path.GetFileName(plot)})", Page(run), StringComparison.Ordinal));
        Assert.Contains("One, of two", Page(run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pair/64,bitslab,ns/op,3,fast", "line 25: value 'fast' is not a positive number.")]
    [InlineData("pair/64,bitslab,ns/op,3,0", "line 25: value '0' is not a positive number.")]
    [InlineData("pair/64,bitslab,ns/op,x,1", "line 25: round 'x' is not a whole number.")]
    [InlineData("pair/64,,ns/op,3,1", "line 25: no contender.")]
    [InlineData("pair/64,bitslab,3,1", "line 25: 4 fields instead of 5.")]
    public void Bad_row_is_named(string row, string message)
    {
        using RunFolder run = new(RunFolder.Results + row + "\n");
        BadInputException refusal = Assert.Throws<BadInputException>(() => Report.Write(run.Path));
        Assert.Equal($"{Path.Combine(run.Path, "results.csv")}, {message}", refusal.Message);
    }

    [Fact]
    public void Bad_header_and_missing_file_are_named()
    {
        using RunFolder run = new("workload,value\n");
        BadInputException header = Assert.Throws<BadInputException>(() => Report.Write(run.Path));
        Assert.Contains("results.csv, line 1: the header is not", header.Message, StringComparison.Ordinal);

        File.Delete(Path.Combine(run.Path, "results.csv"));
        BadInputException missing = Assert.Throws<BadInputException>(() => Report.Write(run.Path));
        Assert.Contains("results.csv is missing", missing.Message, StringComparison.Ordinal);
    }

    private static TargetResult Judge(RunFolder run, string work, string against) =>
        Targets.All.Single(target => target.Work == work && target.Against == against).Judge(run.Measure());

    private static string Page(RunFolder run) => File.ReadAllText(Path.Combine(run.Path, "README.md"));
}
