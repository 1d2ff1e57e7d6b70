using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Cli;

public sealed class TuneCommandTests
{
    // Six requests that count, of 3,273 bytes: 24, 48, 100 as 128, 1,024, none as 1, and 2,000 as 2,048, since they are aligned. One is too large.
    private static TraceWriter Made => new TraceWriter()
        .Alloc(0, 24).AllocZeroed(1, 48).Aligned(2, 100, 64).Realloc(0, 1_024).Alloc(3, 0).Alloc(4, 40_000).Free(1).Realloc(2, 2_000);

    [Fact]
    public void Waste_is_as_by_hand()
    {
        using TemporaryFile file = new(Made.ToGzip());

        CommandRun run = CommandRun.Of("tune", file.Path, "--classes", "5");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Equal($"{file.Path}: 6 requests of 6 sizes; 1 above 32,768 bytes left out", run.OutLines[0]);
        Assert.Equal(["64", "4.60", "1.9 %"], Row(run, "original, sizes up to 1024 only")); // 8 + 0 + 0 + 0 + 15 of 1,225
        Assert.Equal(["104", "3.83", "0.7 %"], Row(run, "default")); // 8 + 0 + 0 + 0 + 15 + 0
        Assert.Equal(["4", "51.83", "9.5 %"], Row(run, "best of at most 4")); // 127 + 104 + 80
        Assert.Equal(["5", "11.83", "2.2 %"], Row(run, "best of at most 5, chosen")); // 47 + 24
        Assert.Equal(["7", "3.83", "0.7 %"], Row(run, "best of at most 8")); // 15 + 8
        Assert.Equal("block sizes: 48, 128, 1024, 2048, 32768", run.OutLines[^1]);
    }

    [Fact]
    public void Alignment_and_maximum_are_kept()
    {
        using TemporaryFile file = new(Made.ToGzip());

        CommandRun run = CommandRun.Of("tune", file.Path, "--alignment", "8", "--max-block-size", "1001");

        Assert.Equal($"{file.Path}: 4 requests of 4 sizes; 3 above 1,001 bytes left out", run.OutLines[0]);
        Assert.Equal(["63", "5.75", "11.4 %"], Row(run, "default")); // in steps of 16: 8 + 0 + 0 + 15
        Assert.Equal(["5", "1.75", "3.5 %"], Row(run, "best of at most 63, chosen")); // 0 + 0 + 0 + 7
        Assert.Equal("block sizes: 8, 24, 48, 128, 1008", run.OutLines[^1]);
    }

    [Fact]
    public void As_many_classes_as_the_default_has_are_chosen_and_each_number_stands_once()
    {
        using TemporaryFile file = new(Made.ToGzip());

        string[] rows = [.. CommandRun.Of("tune", file.Path).OutLines.Where(line => line.StartsWith("| best", StringComparison.Ordinal))];

        Assert.Equal(11, rows.Length);
        Assert.Contains("best of at most 104, chosen", Assert.Single(rows, row => row.Contains("104", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    // Of those without aligned requests, which count by their rounded sizes here.
    [Theory]
    [InlineData("beanstalkd", 73.74, 7.25, 3.26, 0.00)]
    [InlineData("mosquitto", 8.64, 7.93, 2.68, 1.81)]
    [InlineData("sqlite", 8.88, 4.39, 0.38, 0.32)]
    public void Recorded_programs_waste_what_another_program_worked_out(string trace, double standard, double at16, double at8, double at1)
    {
        foreach ((int alignment, double waste) in ((int, double)[])[(16, at16), (8, at8), (1, at1)])
        {
            CommandRun run = CommandRun.Of(
                "tune", TraceFiles.PathOf(trace), "--classes", "64", "--alignment", alignment.ToString(CultureInfo.InvariantCulture));

            Assert.Equal(standard.ToString("F2", CultureInfo.InvariantCulture), Row(run, "default")[1]);
            Assert.Equal(waste.ToString("F2", CultureInfo.InvariantCulture), Row(run, "best of at most 64, chosen")[1]);
        }
    }

    [Fact]
    public void Several_files_are_summed()
    {
        using TemporaryFile first = new(Made.ToGzip());
        using TemporaryFile second = new(new TraceWriter().Alloc(0, 300).Alloc(1, 24).ToGzip());
        using TemporaryFile both = new(Made.Alloc(5, 300).Alloc(6, 24).ToGzip());

        CommandRun summed = CommandRun.Of("tune", first.Path, second.Path);

        Assert.Equal((0, string.Empty), (summed.ExitCode, summed.Error));
        Assert.Equal($"{second.Path}: 2 requests of 2 sizes; 0 above 32,768 bytes left out", summed.OutLines[1]);
        Assert.Equal(CommandRun.Of("tune", both.Path).OutLines[1..], summed.OutLines[2..]);
    }

    [Fact]
    public void The_profile_is_written_and_serves_as_input_and_to_an_allocator()
    {
        using TemporaryFile file = new(Made.ToGzip());
        using TemporaryFile profile = new(ending: ".JSON");

        CommandRun written = CommandRun.Of("tune", file.Path, "--classes", "5", "-o", profile.Path);
        CommandRun read = CommandRun.Of("tune", profile.Path, "--classes", "5");

        Assert.Equal((0, $"{profile.Path}: 5 classes"), (written.ExitCode, written.OutLines[^1]));
        Assert.Equal($"{profile.Path}: 6 requests of 6 sizes; 0 above 32,768 bytes left out", read.OutLines[0]);
        Assert.Equal(written.OutLines[1..^1], read.OutLines[1..^1]);
        SizeClassProfile loaded = SizeClassProfile.Load(profile.Path);
        Assert.Equal([48, 128, 1_024, 2_048, 32_768], loaded.BlockSizes);
        using SlabAllocator allocator = new(new SlabAllocatorOptions { SizeClasses = loaded });
        unsafe
        {
            void* block = allocator.Alloc(129);
            Assert.Equal((nuint)1_024, allocator.GetUsableSize(block));
            allocator.Free(block);
        }
    }

    [Fact]
    public void A_profile_s_requests_above_the_maximum_are_left_out()
    {
        using TemporaryFile profile = Profile("""[{ "size": 64, "count": 3 }, { "size": 65, "count": 70000 }]""");

        CommandRun run = CommandRun.Of("tune", profile.Path, "--max-block-size", "64");

        Assert.Equal($"{profile.Path}: 3 requests of 1 sizes; 70,000 above 64 bytes left out", run.OutLines[0]);
        Assert.Equal("block sizes: 64", run.OutLines[^1]);
    }

    public static IEnumerable<object[]> BadArguments() =>
    [
        [Array.Empty<string>(), "Required argument"],
        [new[] { "/there/is/none.gz" }, "/there/is/none.gz: no such file"],
        [new[] { "/there/is/none.json" }, "/there/is/none.json: no such file"],
        [new[] { TraceFiles.Root() }, "is a folder"],
        [new[] { TraceFiles.PathOf("sqlite"), Path.Combine(TraceFiles.Root(), "LICENSE") }, "LICENSE: not a gzip stream"],
        [new[] { Path.Combine(TraceFiles.Root(), "global.json") }, "global.json: format is missing"],
        [new[] { TraceFiles.PathOf("sqlite"), "--classes", "0" }, "--classes must be a number from 1 to 256, not '0'"],
        [new[] { TraceFiles.PathOf("sqlite"), "--classes", "257" }, "--classes must be a number from 1 to 256, not '257'"],
        [new[] { TraceFiles.PathOf("sqlite"), "--alignment", "24" }, "--alignment must be a power of two, not 24"],
        [new[] { TraceFiles.PathOf("sqlite"), "--alignment", "8192" }, "--alignment must be a number from 1 to 4096, not '8192'"],
        [new[] { TraceFiles.PathOf("sqlite"), "--max-block-size", "63" }, "--max-block-size must be a number from 64 to 32768, not '63'"],
        [new[] { TraceFiles.PathOf("sqlite"), "--max-block-size", "32769" }, "--max-block-size must be a number from 64 to 32768"],
        [new[] { TraceFiles.PathOf("sqlite"), "-o", "/there/is/none.json" }, "/there/is/none.json: no such folder"],
        [new[] { TraceFiles.PathOf("sqlite"), "--output", TraceFiles.Root() }, TraceFiles.Root()],
    ];

    [Theory]
    [MemberData(nameof(BadArguments))]
    public void Bad_input_ends_with_2_and_one_line(string[] arguments, string what) => AssertRefused(CommandRun.Of(["tune", .. arguments]), what);

    [Fact]
    public void Files_without_what_is_needed_are_named()
    {
        using TemporaryFile trace = new(new TraceWriter().Alloc(0, 8).Alloc(0, 8).ToGzip());
        using TemporaryFile large = new(new TraceWriter().Alloc(0, 65).ToGzip());
        using TemporaryFile bare = Profile(histogram: null);
        using TemporaryFile bad = Profile("[7]");
        using TemporaryFile most = Profile("""[{ "size": 64, "count": 35184372088832 }]""");

        AssertRefused(CommandRun.Of("tune", trace.Path), $"{trace.Path}: event 1: allocation into slot 0, which is occupied");
        AssertRefused(CommandRun.Of("tune", large.Path, "--max-block-size", "64"), $"{large.Path}: no request of at most 64 bytes");
        AssertRefused(CommandRun.Of("tune", bare.Path), $"{bare.Path}: has no histogram");
        AssertRefused(CommandRun.Of("tune", bad.Path), $"{bad.Path}: histogram[0] is no object");
        AssertRefused(CommandRun.Of("tune", most.Path, large.Path), $"{large.Path}: has more requests than can be counted");
    }

    private static void AssertRefused(CommandRun run, string what)
    {
        Assert.Equal((2, string.Empty), (run.ExitCode, run.Out));
        Assert.StartsWith("bitslab: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(what, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string[] Row(CommandRun run, string ladder)
    {
        string row = Assert.Single(run.OutLines, line => line.StartsWith($"| {ladder} ", StringComparison.Ordinal)
            && line[(ladder.Length + 2)..].TrimStart().StartsWith('|'));
        return row.Split('|', StringSplitOptions.TrimEntries)[2..^1];
    }

    private static TemporaryFile Profile(string? histogram) => new(
        Encoding.UTF8.GetBytes($$"""
            { "format": "bitslab-size-classes", "version": 1, "alignment": 16, "blockSizes": [64]{{(histogram is null ? "" : $", \"histogram\": {histogram}")}} }
            """),
        ".json");
}
