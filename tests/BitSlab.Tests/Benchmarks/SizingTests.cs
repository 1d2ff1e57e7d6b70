using System.IO;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Benchmarks.Sizing;
using BitSlab.Tests.Cli;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary>What <c>size-classes</c> measures, and what its page says.</summary>
public sealed class SizingTests
{
    // Most is live after the resize: 100, 40 and 2,000. The last is no size that the original's slabs serve.
    private static TraceWriter Made => new TraceWriter().Alloc(0, 100).Alloc(1, 20).Alloc(2, 2_000).Realloc(1, 40).Free(0).Free(1).Free(2);

    [Theory]
    [InlineData("original/16", 3, (12 + 12 + 8) / 3.0, (12 + 8) / 2.0)]
    [InlineData("default/16", 4, (12 + 12 + 48 + 8) / 4.0, (12 + 48 + 8) / 3.0)]
    [InlineData("offline/8", 4, (4 + 4 + 0 + 0) / 4.0, (4 + 0 + 0) / 3.0)]
    [InlineData("offline/1", 4, 0.0, 0.0)]
    [InlineData("online/16", 4, (12 + 12 + 48 + 8) / 4.0, (12 + 48 + 8) / 3.0)]
    public void Waste_is_as_by_hand(string setup, long requests, double waste, double atPeak)
    {
        using TemporaryFile trace = new(Made.ToGzip());

        SizingFigures figures = PhaseProcess.Measure(["--sizing", setup, "--trace", trace.Path]).Report.Sizing!;

        Assert.Equal((requests, 2_140L, 0), (figures.Requests, figures.Live, figures.Changes));
        Assert.Equal(waste, figures.Waste, 1e-9);
        Assert.Equal(atPeak, figures.PeakWaste, 1e-9);
        Assert.True(figures.Peak > 0);
    }

    [Fact]
    public void The_same_figures_make_the_same_page()
    {
        using TemporaryFolder folder = new();
        string figures = Path.Combine(TraceFiles.Root(), "docs", "size-classes");
        string copy = Directory.CreateDirectory(Path.Combine(folder.Path, "size-classes")).FullName;
        foreach (string file in Directory.GetFiles(figures, "*.csv"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        CommandRun run = BenchmarkCommand.Run(
            "size-classes", "--report-only", "--traces", TraceFiles.PathOf("beanstalkd"), "--output", folder.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Equal(File.ReadAllText(Path.Combine(figures, SizingReport.PageName)), File.ReadAllText(Path.Combine(copy, SizingReport.PageName)));
        Assert.True(File.Exists(Path.Combine(copy, "beanstalkd.png")));
    }
}
