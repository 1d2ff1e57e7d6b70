using System;
using System.Globalization;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Samples;

/// <summary>The sample, run small.</summary>
public sealed class JsonBufferWriterTests
{
    [Fact]
    public void Both_buffers_have_the_same_messages_and_only_arrays_leave_garbage()
    {
        (int exitCode, string output, string error) = Run("--messages", "2000");

        Assert.Equal((0, string.Empty), (exitCode, error));
        string[][] table = [.. output.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
        Assert.Equal(["buffer", "messages/s", "MB/s", "GC B/message", "collections", "sum"], table[0]);
        Assert.Equal(["SlabBufferWriter", "ArrayBufferWriter"], table[1..].Select(row => row[0]));
        Assert.Equal(table[1][^1], table[2][^1]);
        double[] garbage = [.. table[1..].Select(row => double.Parse(row[3], NumberStyles.Number, CultureInfo.InvariantCulture))];
        Assert.InRange(garbage[0], 0, 1);
        Assert.InRange(garbage[1], 2_000, 10_000);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    public void Bad_input_ends_with_2_and_one_line(string messages)
    {
        (int exitCode, string output, string error) = Run("--messages", messages);

        Assert.Equal((2, string.Empty), (exitCode, output));
        Assert.Equal($"JsonBufferWriter: --messages must be a whole number from 1, not '{messages}'.", error.TrimEnd());
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        ChildProgram.StartOther("JsonBufferWriter", addressSpaceKiB: 0, arguments);
}
