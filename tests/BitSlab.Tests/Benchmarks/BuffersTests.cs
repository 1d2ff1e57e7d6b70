using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Buffers;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Tests.Cli;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary>What <c>buffers</c> measures, and what its page says.</summary>
public sealed class BuffersTests
{
    private static readonly string s_lone = BufferWorkload.Of(BufferWorkload.Lone, BufferWorkload.Small);
    private static readonly string s_held = BufferRun.Holdings[1].Work;

    [Fact]
    public void A_quick_run_has_every_workload_and_contender()
    {
        using TemporaryFolder folder = new();

        CommandRun run = BenchmarkCommand.Run("buffers", "--quick", "--rounds", "1", "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        BufferFiles files = BufferFiles.Read(Path.Combine(folder.Path, "buffers"));
        Assert.Equal(
            BufferWorkload.All(new Effort(true, 1)).SelectMany(workload => workload.Contenders.Select(contender => (workload.Name, contender.Name))),
            files.Times.Select(row => (row.Work, row.Contender)));
        Assert.Equal(
            BufferRun.Holdings.SelectMany(holding => holding.Contenders.Select(contender => (holding.Work, contender.Contender))),
            files.Memory.Select(row => (row.Work, row.Contender)));

        // What is written is resident, whoever's it is.
        Assert.All(files.Memory, row => Assert.InRange(row.Figures.Resident, row.Figures.Payload, 100 * row.Figures.Payload));

        // A control: these are known to make an object for each rent.
        Assert.All(files.Times.Where(row => row.Contender == MemoryPoolRental.Name), row => Assert.True(row.GcBytes >= 24));
    }

    [Fact]
    public void The_same_figures_make_the_same_page()
    {
        using TemporaryFolder folder = new();
        string figures = Path.Combine(TraceFiles.Root(), "docs", "buffers");
        string copy = Directory.CreateDirectory(Path.Combine(folder.Path, "buffers")).FullName;
        foreach (string file in Directory.GetFiles(figures, "*.csv"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        CommandRun run = BenchmarkCommand.Run("buffers", "--report-only", "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Equal(File.ReadAllText(Path.Combine(figures, BufferPage.PageName)), File.ReadAllText(Path.Combine(copy, BufferPage.PageName)));
    }

    [Fact]
    public void Goals_are_judged_by_ratios_the_right_way_round()
    {
        BufferFiles files = new(
            [
                new BufferTime(s_lone, SlabBufferRental.Name, 1, 2, 0),
                new BufferTime(s_lone, ArrayPoolRental.Name, 1, 3, 0),
                new BufferTime(s_lone, SlabPoolRental.Name, 1, 12, 0.1),
                new BufferTime(s_lone, MemoryPoolRental.Name, 1, 6, 24),
            ],
            [
                new HeldRow(s_held, SlabBufferRental.Name, new HeldFigures(100, 120)),
                new HeldRow(s_held, ArrayPoolRental.Name, new HeldFigures(100, 240)),
            ],
            []);
        Dictionary<string, (double? Value, Verdict Verdict)> judged =
            BufferGoals.All.ToDictionary(goal => goal.What, goal => (goal.Find(files), goal.Judge(goal.Find(files))));

        Assert.Equal((1.5, Verdict.Met), judged[$"{s_lone}: speed of SlabBuffer<byte> by that of ArrayPool<byte>.Shared"]);
        Assert.Equal((0.5, Verdict.Missed), judged[$"{s_lone}: speed of SlabMemoryPool<byte>.Shared by that of MemoryPool<byte>.Shared"]);
        Assert.Equal((0.1, Verdict.Missed), judged["bytes on the GC heap per buffer or rent"]);
        Assert.Equal((0.5, Verdict.Met), judged[$"{s_held}: memory of SlabBuffer<byte> by that of ArrayPool<byte>.Shared"]);
        Assert.Equal((null, Verdict.NotMeasured), judged["stream of 300 bytes: speed of SlabStream by that of RecyclableMemoryStream"]);
    }
}
