using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using BitSlab.Tests.Traces;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Cli;

public sealed class ReplayCommandTests
{
    [Theory]
    [InlineData()]
    [InlineData("--threads")]
    [InlineData("--trim")]
    [InlineData("--trim", "--threads")]
    [InlineData("--preset", "classic")]
    [InlineData("--against", "nativememory,bitslab-handle,bitslab-instance")]
    public void Verifying_a_good_trace_ends_with_0(params string[] more)
    {
        CommandRun run = CommandRun.Of(["replay", TraceFiles.PathOf("beanstalkd"), "--verify", .. more]);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        string[] rows = [.. run.OutLines.Where(line => line.StartsWith("| beanstalkd", StringComparison.Ordinal))];
        Assert.Equal(more.Contains("--against") ? 4 : 1, rows.Length);
        Assert.All(rows, row => Assert.Contains(" good ", row, StringComparison.Ordinal));
        Assert.Contains("266,298", rows[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Damage_ends_with_1_and_names_the_event(bool threads)
    {
        using TemporaryFile file = new(new TraceWriter { Slots = 3 }.Alloc(2, 8).Aligned(1, 100, 64).Free(1).ToGzip());
        using TemporaryFile json = new();

        CommandRun run = CommandRun.With(
            _ => new ContenderCatalog([new Contender<Broken<Misaligned>>("bitslab")]),
            ["replay", file.Path, "--verify", "--json", json.Path, .. threads ? (string[])["--threads"] : []]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"bitslab: {file.Path}: bitslab: event 1, slot 1, block 0x", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("DAMAGED", run.Out, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json.Path));
        Assert.Contains(
            "not aligned to 64 bytes",
            report.RootElement.GetProperty("traces")[0].GetProperty("fault").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_in_one_trace_does_not_hide_the_others()
    {
        using TemporaryFile bad = new(new TraceWriter { Slots = 1 }.Aligned(0, 100, 64).ToGzip());
        using TemporaryFile good = new(new TraceWriter { Slots = 1 }.Alloc(0, 100).ToGzip());

        CommandRun run = CommandRun.With(
            _ => new ContenderCatalog([new Contender<Broken<Misaligned>>("bitslab")]), "replay", bad.Path, good.Path, "--verify");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(" DAMAGED ", run.Out, StringComparison.Ordinal);
        Assert.Contains(" good ", run.Out, StringComparison.Ordinal);
    }

    public static IEnumerable<object[]> BadArguments() =>
    [
        [new[] { "replay" }, "Required argument"],
        [new[] { "replay", "/there/is/none.gz" }, "/there/is/none.gz: no such file"],
        [new[] { "replay", TraceFiles.Root() }, "is a folder"],
        [new[] { "replay", Path.Combine(TraceFiles.Root(), "LICENSE") }, "not a gzip stream"],
        [new[] { "replay", TraceFiles.PathOf("sqlite"), "--against", "nativememory,malloc" }, "'malloc' is no contender; there are bitslab, "],
        [new[] { "replay", TraceFiles.PathOf("sqlite"), "--preset", "fast" }, "--preset must be default or classic, not 'fast'"],
        [new[] { "replay", TraceFiles.PathOf("sqlite"), "--rounds", "0" }, "--rounds must be a number from 1 to 10000, not '0'"],
        [new[] { "replay", TraceFiles.PathOf("sqlite"), "--json", "/there/is/none.json" }, "/there/is/none.json: no such folder"],
        [new[] { "replay", TraceFiles.PathOf("sqlite"), "--trim" }, "--trim goes with --verify only"],
        [new[] { "queue", "--events", "many" }, "--events must be a number from 1 to 100000000, not 'many'"],
        [new[] { "queue", "--length", "-1" }, "--length must be a number"],
        [new[] { "queue", "--max-size", "1" }, "--max-size must be a number from 2"],
        [new[] { "queue", "--what" }, "'--what'"],
        [Array.Empty<string>(), "Required command"],
        [new[] { "replya" }, "'replya'"],
    ];

    [Theory]
    [MemberData(nameof(BadArguments))]
    public void Bad_input_ends_with_2_and_one_line(string[] arguments, string what)
    {
        CommandRun run = CommandRun.Of(arguments);

        Assert.Equal((2, string.Empty), (run.ExitCode, run.Out));
        Assert.StartsWith("bitslab: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(what, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData()]
    [InlineData("--verify")]
    [InlineData("--verify", "--threads")]
    public void A_bad_file_ends_with_2_and_names_the_event(params string[] more)
    {
        using TemporaryFile file = new(new TraceWriter { Slots = 2 }.Alloc(0, 8).Alloc(1, 8).Free(0).Free(0).ToGzip());

        CommandRun run = CommandRun.Of(["replay", TraceFiles.PathOf("beanstalkd"), file.Path, .. more]);

        Assert.Equal((2, string.Empty), (run.ExitCode, run.Out));
        Assert.Equal($"bitslab: {file.Path}: event 3: free of slot 0, which is empty", run.Error.TrimEnd());
    }

    [Fact]
    public void Help_ends_with_0_and_hides_the_measuring_command()
    {
        CommandRun run = CommandRun.Of("--help");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("replay", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("measure", run.Out, StringComparison.Ordinal);
    }
}
