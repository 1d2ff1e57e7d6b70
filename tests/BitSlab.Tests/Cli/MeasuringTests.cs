using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Queue;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Cli;

/// <summary>The measuring commands from end to end, their child processes included; figures are checked for sense, not for speed.</summary>
public sealed class MeasuringTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Replay_measures_time_and_memory(bool threads)
    {
        using TemporaryFile json = new();
        CommandRun run = CommandRun.Of(
        [
            "replay", TraceFiles.PathOf("beanstalkd"), "--rounds", "2", "--json", json.Path, .. threads ? (string[])["--threads"] : [],
        ]);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("| geometric mean ", run.Out, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json.Path));
        JsonElement trace = report.RootElement.GetProperty("traces")[0];
        Assert.Equal(266_298, trace.GetProperty("events").GetInt32());
        JsonElement[] contenders = [.. trace.GetProperty("contenders").EnumerateArray()];
        Assert.Equal(["bitslab", "nativememory"], contenders.Select(contender => contender.GetProperty("contender").GetString()));
        foreach (JsonElement contender in contenders)
        {
            // 17 MiB are live at the peak; nobody serves them in less, and nobody should need three times as much.
            Assert.InRange(contender.GetProperty("liveBytes").GetInt64(), 17_000_000, 19_000_000);
            Assert.InRange(contender.GetProperty("peakOverLive").GetDouble(), 0.97, 3.0);
            Assert.InRange(contender.GetProperty("nanosecondsMinimum").GetDouble(), 0.5, 100_000);
            Assert.True(contender.GetProperty("nanosecondsMinimum").GetDouble() <= contender.GetProperty("nanosecondsMedian").GetDouble());
        }

        Assert.Equal(1.0, contenders[0].GetProperty("ratioOfMinima").GetDouble());
    }

    [Theory]
    [InlineData("default", false)]
    [InlineData("classic", true)]
    public void Queue_measures_blocks_and_events(string preset, bool threads)
    {
        using TemporaryFile json = new();
        CommandRun run = CommandRun.Of(
        [
            "queue", "--events", "20000", "--rounds", "2", "--preset", preset, "--json", json.Path,
            .. threads ? (string[])["--threads"] : [],
        ]);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json.Path));
        JsonElement[] rows = [.. report.RootElement.GetProperty("workloads").EnumerateArray()];
        Assert.Equal(
            [
                "fill and clear, untouched", "fill and clear, written",
                .. threads ? (string[])[] : ["steady queue of 1,000", "steady queue of 100,000"],
            ],
            rows.Select(row => row.GetProperty("workload").GetString()));
        foreach (JsonElement contender in rows[1].GetProperty("contenders").EnumerateArray())
        {
            Assert.Equal(20_200, contender.GetProperty("liveBlocks").GetInt64());
            Assert.InRange(contender.GetProperty("overheadPerBlock").GetDouble(), -8, 200);
        }

        JsonElement[] queues = [.. report.RootElement.GetProperty("eventQueues").EnumerateArray()];
        Assert.Equal(["event queue of 1,000", "event queue of 100,000"], queues.Select(queue => queue.GetProperty("workload").GetString()));
        Assert.All(queues, queue => AssertEventQueue(queue, threads));
    }

    private static void AssertEventQueue(JsonElement queue, bool threads)
    {
        JsonElement[] contenders = [.. queue.GetProperty("contenders").EnumerateArray()];
        Assert.Equal(
            ["SlabEventQueue", "Channel<byte[]>, new arrays", "Channel, pooled arrays"],
            contenders.Select(contender => contender.GetProperty("contender").GetString()));
        Assert.All(contenders, contender => Assert.InRange(contender.GetProperty("nanosecondsMinimum").GetDouble(), 0.5, 1_000_000));
        Assert.Equal(1.0, contenders[0].GetProperty("ratioOfMinima").GetDouble());

        // No upper limit, and none for the others: tests that run beside this one allocate, too.
        Assert.InRange(contenders[1].GetProperty("gcBytesPerEvent").GetDouble(), 512, double.MaxValue);

        JsonElement seen = queue.GetProperty("seen");
        int length = queue.GetProperty("length").GetInt32();
        Assert.InRange(seen.GetProperty("events").GetInt64(), 2 * 20_000, long.MaxValue);
        Assert.InRange(seen.GetProperty("averageLength").GetDouble(), threads ? 1 : length / 3, length + 1);
        Assert.InRange(seen.GetProperty("meanSize").GetDouble(), 500, 524);
        Assert.Equal(64, seen.GetProperty("now").GetProperty("classes").GetInt32());
        Assert.InRange(seen.GetProperty("now").GetProperty("wastePerEvent").GetDouble(), 7, 8);
        Assert.InRange(seen.GetProperty("fitted").GetProperty("classes").GetInt32(), 1, 64);
    }

    [Fact]
    public void One_length_is_one_row()
    {
        CommandRun run = CommandRun.Of("queue", "--events", "500", "--length", "7", "--max-size", "20", "--rounds", "1");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("| steady queue of 7 ", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, run.OutLines.Count(line => line.StartsWith("| event queue of 7 ", StringComparison.Ordinal)));
        Assert.Contains("500 events of 1 to 19 bytes", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_the_same_each_time_and_fill_the_range()
    {
        int[] sizes = QueueSizes.Create(100_000, 1_024);

        Assert.Equal(sizes, QueueSizes.Create(100_000, 1_024));
        Assert.Equal((1, 1_023), (sizes.Min(), sizes.Max()));
        Assert.InRange(sizes.Average(), 509, 515);
        Assert.All(QueueSizes.Create(100, 2), size => Assert.Equal(1, size));
    }

    [Fact]
    public void Minimum_and_median_are_per_operation()
    {
        TimeSpan[] rounds = [TimeSpan.FromMicroseconds(30), TimeSpan.FromMicroseconds(10), TimeSpan.FromMicroseconds(50), TimeSpan.FromMicroseconds(20)];

        Assert.Equal(new Timing(1_000, 2_500), Timing.Of(rounds, 10));
        Assert.Equal(new Timing(1_000, 2_000), Timing.Of([rounds[0], rounds[1], rounds[3]], 10));
        Assert.Equal(4, Timing.GeometricMean([2, 8]), 1e-9);
    }

    [Fact]
    public void A_figure_s_definitions_hold()
    {
        MemoryFigures figures = new(PeakResidentBytes: 3_000, ResidentAtPeakBytes: 2_500, LiveBytes: 2_000, LiveBlocks: 50);

        Assert.Equal(1.5, figures.PeakOverLive);
        Assert.Equal(10, figures.OverheadPerBlock);
    }
}
