using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Events;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Events;
using BitSlab.Tests.Cli;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary>What <c>events</c> measures, and what its page says.</summary>
public sealed class EventsTests
{
    private const string Queue = "SlabEventQueue";

    [Fact]
    public void A_quick_run_has_every_shape_and_contender()
    {
        using TemporaryFolder folder = new();

        CommandRun run = BenchmarkCommand.Run("events", "--quick", "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        string figures = Path.Combine(folder.Path, "events");
        EventFiles files = EventFiles.Read(figures);
        Assert.Equal(EventRun.Shapes.Count * EventContender.All.Count, files.Throughput.Count);
        Assert.Equal(EventRun.Flying.Select(contender => contender.Name), files.Flights.Select(row => row.Contender));
        Assert.All(files.Flights, row => Assert.True(row.Figures.Latency[50] <= row.Figures.Latency[99.9] && row.Figures.Latency[99.9] <= row.Figures.Latency[100]));
        Assert.All(files.Flights, row => Assert.True(row.Figures.Peak >= row.Figures.Resident && row.Figures.PayloadBytes > 10_000 * 400));
        Assert.True(File.Exists(Path.Combine(figures, "latency.png")));
    }

    [Fact]
    public void The_same_figures_make_the_same_page()
    {
        using TemporaryFolder folder = new();
        string figures = Path.Combine(TraceFiles.Root(), "docs", "events");
        string copy = Directory.CreateDirectory(Path.Combine(folder.Path, "events")).FullName;
        foreach (string file in Directory.GetFiles(figures, "*.csv"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        CommandRun run = BenchmarkCommand.Run("events", "--report-only", "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Equal(File.ReadAllText(Path.Combine(figures, EventPage.PageName)), File.ReadAllText(Path.Combine(copy, EventPage.PageName)));
    }

    [Fact]
    public void Goals_are_judged_by_ratios_the_right_way_round()
    {
        EventFiles files = Files(own: 50, others: 100, ownPause: 0, otherPause: 5e6);
        Dictionary<string, (double? Value, Verdict Verdict)> judged = EventGoals.All.ToDictionary(goal => goal.What, goal => (goal.Find(files), goal.Judge(goal.Find(files))));

        Assert.Equal((2.0, Verdict.Met), judged["1:1, unbounded: throughput by that of Channel<byte[]>, new arrays"]);
        Assert.Equal((0.0, Verdict.Met), judged["time stopped by the collector by that of Channel<byte[]>, new arrays"]);
        Assert.Equal((1.0, Verdict.Missed), judged["resident at the peak by that of Channel, pooled arrays"]);
        Assert.Equal((null, Verdict.NotMeasured), judged["4:1, unbounded: throughput by that of Channel, pooled arrays"]);
        EventFiles slower = Files(own: 100, others: 50, ownPause: 1, otherPause: 1);
        Goal<EventFiles> first = EventGoals.All[0];
        Assert.Equal((0.5, Verdict.Missed), (first.Find(slower), first.Judge(first.Find(slower))));
    }

    private static EventFiles Files(double own, double others, double ownPause, double otherPause)
    {
        string[] contenders = [Queue, NewArrays.Name, PooledArrays.Name];
        return new EventFiles(
            [
                .. from round in Enumerable.Range(1, 3)
                   from contender in contenders
                   select new ThroughputRow(EventRun.Shapes[0].Name, contender, round, new ThroughputFigures(contender == Queue ? own : others, 0, 0, 0, 0)),
            ],
            [
                .. from contender in contenders
                   select new FlightRow(contender, 1, new FlightFigures
                   {
                       Latency = new Dictionary<double, double> { [99.9] = contender == Queue ? 1 : 20 },
                       GcPauses = contender == Queue ? ownPause : otherPause,
                       Peak = 100,
                   }),
            ],
            []);
    }
}
