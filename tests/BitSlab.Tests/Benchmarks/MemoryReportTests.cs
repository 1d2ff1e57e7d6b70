using System;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Benchmarks.Memory.Reporting;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Commands;
using BitSlab.Tests.Cli;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary>What the memory page says of given figures.</summary>
public sealed class MemoryReportTests
{
    [Theory]
    [InlineData(PhaseCatalog.FreeAll, 1.0, (1200 - 1150) / 1000.0)]
    [InlineData(PhaseCatalog.FreeAll, 1.5, (1200 - 1000) / 1000.0)]
    [InlineData(PhaseCatalog.FreeAll, 10.0, (1200 - 300) / 1000.0)]
    [InlineData(PhaseCatalog.FreeAll, 11.0, (1200 - 100) / 1000.0)]
    [InlineData(PhaseCatalog.FreeAll, 30.0, null)]
    [InlineData(PhaseCatalog.FreeRandom, 10.0, (1100 - 650) / 900.0)]
    [InlineData(PhaseCatalog.FreeSecond, 10.0, null)]
    public void Returned_share_is_of_the_bytes_requested_and_freed(string phase, double seconds, double? share)
    {
        using MemoryFolder run = new();
        double? returned = run.Measure().Returned(phase, Contenders.Static, seconds);
        Assert.Equal(share is null, returned is null);
        Assert.Equal(share ?? 0, returned ?? 0, 1e-12);
    }

    [Theory]
    [InlineData("returned 10 s after all was freed", 0.9, nameof(Verdict.Met))]
    [InlineData("returned 10 s after a random 90 % was freed", 0.5, nameof(Verdict.Met))]
    [InlineData("returned 10 s after another thread freed all of a sleeping thread's blocks", null, nameof(Verdict.NotMeasured))]
    [InlineData("peak of the traces, geometric mean, by that of the best C peer", 2 / 3.0, nameof(Verdict.Met))]
    [InlineData("peak of the worst trace by that of the best C peer there", 5.0, nameof(Verdict.Missed))]
    [InlineData("time with give-back by time without, worst steady workload", 1.02, nameof(Verdict.Met))]
    public void Goal_is_judged(string what, double? value, string verdict)
    {
        using MemoryFolder run = new();
        MemoryGoalResult result = Judge(run, what);
        Assert.Equal(verdict, result.Verdict.ToString());
        Assert.Equal(value ?? 0, result.Value ?? 0, 1e-12);
    }

    /// <summary>The control of the test before: worse figures are seen.</summary>
    [Fact]
    public void Worse_figures_turn_met_goals_into_missed_ones()
    {
        using MemoryFolder run = new(
            points: MemoryFolder.Points.Replace("10900,300", "10900,301", StringComparison.Ordinal),
            traces: MemoryFolder.Traces.Replace("one,bitslab,1,10000000,10000000", "one,bitslab,1,10000000,30000000", StringComparison.Ordinal),
            costs: MemoryFolder.Costs.Replace("give-back,2,10.2", "give-back,2,10.4", StringComparison.Ordinal));
        Assert.Equal(Verdict.Missed, Judge(run, "returned 10 s after all was freed").Verdict);
        Assert.Equal(Verdict.Missed, Judge(run, "peak of the traces, geometric mean, by that of the best C peer").Verdict);
        Assert.Equal(Verdict.Missed, Judge(run, "time with give-back by time without, worst steady workload").Verdict);
    }

    [Fact]
    public void Trace_that_a_contender_did_not_do_leaves_its_goal_open()
    {
        using MemoryFolder run = new(traces: MemoryFolder.Traces.Replace("little,bitslab,1,1000,5000,700\n", "", StringComparison.Ordinal));
        Assert.Equal(Verdict.NotMeasured, Judge(run, "peak of the worst trace by that of the best C peer there").Verdict);
    }

    [Fact]
    public void Report_only_writes_the_same_page_again()
    {
        using MemoryFolder run = new();
        CommandRun first = BenchmarkCommand.Run("memory", "--report-only", "--output", run.Path);
        Assert.Equal((0, string.Empty), (first.ExitCode, first.Error));
        string page = Page(run);
        Assert.Contains("| peak of the worst trace by that of the best C peer there ", page, StringComparison.Ordinal);
        Assert.Contains("**missed**", page, StringComparison.Ordinal);
        Assert.Contains("One, of two", page, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run.Path, "memory", "free-random.png")));

        BenchmarkCommand.Run("memory", "--report-only", "--output", run.Path);
        Assert.Equal(page, Page(run));
    }

    [Theory]
    [InlineData("free-all,bitslab,full,x,1,2,3", "ms 'x' is not a time.")]
    [InlineData("free-all,bitslab,full,1,1.5,2,3", "bytes '1.5' is not a whole number.")]
    [InlineData("free-all,bitslab,full,1,1", "5 fields instead of 7.")]
    public void Bad_row_is_named(string row, string message)
    {
        using MemoryFolder run = new(marks: MemoryFolder.Marks + row + "\n");
        BadInputException refusal = Assert.Throws<BadInputException>(() => MemoryReport.Write(run.Path));
        Assert.Equal($"{Path.Combine(run.Path, "memory", "marks.csv")}, line 10: {message}", refusal.Message);
    }

    private static MemoryGoalResult Judge(MemoryFolder run, string what) =>
        MemoryGoals.All.Single(goal => goal.What == what).Judge(run.Measure());

    private static string Page(MemoryFolder run) => File.ReadAllText(Path.Combine(run.Path, "memory.md"));
}
