using System;
using System.Globalization;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Samples;

/// <summary>The sample, run small.</summary>
public sealed class EventPipelineTests
{
    // More than a queue of it holds, so that the producers wait.
    private const int Events = 250_000;

    [Theory]
    [InlineData(3, 64)]
    [InlineData(1, 16)]
    public void Three_pipelines_deliver_the_same(int producers, int maxSize)
    {
        (int exitCode, string output, string error) = Run(
            "--events", Text(Events), "--producers", Text(producers), "--max-size", Text(maxSize));

        Assert.Equal((0, string.Empty), (exitCode, error));
        string[][] table = [.. output.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
        Assert.Equal(
            [
                "pipeline", "events/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms",
                "peak MiB", "Gen0", "Gen1", "Gen2", "GC B/event", "checksum",
            ],
            table[0]);
        Assert.Equal(["SlabEventQueue", "Channel<byte[]>", "Channel, ArrayPool"], table[1..].Select(row => row[0]));
        Assert.Single(table[1..].Select(row => row[^1]).Distinct());
        Assert.All(table[1..], row => Assert.NotEqual(new string('0', 16), row[^1]));

        // An array is an object of 24 bytes and more; an event in a block is none.
        double[] garbage = [.. table[1..].Select(row => double.Parse(row[^2], CultureInfo.InvariantCulture))];
        Assert.InRange(garbage[0], 0, 8);
        Assert.InRange(garbage[1], 24, 1_000);
        Assert.Contains(FormattableString.Invariant($"Seen by the first queue: {Events:N0} events, "), output, StringComparison.Ordinal);
        Assert.Contains("With SlabAllocatorOptions.For: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--events", "0", "--events must be a number from 1 to 100000000, not '0'.")]
    [InlineData("--producers", "many", "--producers must be a number from 1 to 1000, not 'many'.")]
    [InlineData("--max-size", "15", "--max-size must be a number from 16 to 1048576, not '15'.")]
    [InlineData("--max-size", "-1", "--max-size must be a number from 16 to 1048576, not '-1'.")]
    [InlineData("--length", "7", "Unrecognized command or argument '--length'.")]
    public void Bad_input_ends_with_2_and_one_line(string option, string value, string what)
    {
        (int exitCode, string output, string error) = Run(option, value);

        Assert.Equal((2, string.Empty, $"EventPipeline: {what}"), (exitCode, output, error.TrimEnd()));
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        ChildProgram.StartOther("EventPipeline", addressSpaceKiB: 0, arguments);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
