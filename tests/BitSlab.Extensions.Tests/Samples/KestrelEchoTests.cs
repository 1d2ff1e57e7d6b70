using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Extensions.Tests.Samples;

/// <summary>The sample, run small.</summary>
public sealed class KestrelEchoTests
{
    [Fact]
    public void It_answers_itself_and_all_blocks_come_back()
    {
        (int exitCode, string output, string error) = ChildProgram.StartOther("KestrelEcho", addressSpaceKiB: 0, "--requests", "200");

        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Matches(
            """
            ^200 requests of 16,384 bytes, 0 answered wrongly: [\d,]+ per second
            blocks rented: up to [1-9][\d,]*, now 0
            memory: [\d,]+ KiB under load, [\d,]+ KiB after Trim
            $
            """,
            output);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    public void Bad_input_ends_with_2_and_one_line(string requests)
    {
        (int exitCode, string output, string error) = ChildProgram.StartOther("KestrelEcho", addressSpaceKiB: 0, "--requests", requests);

        Assert.Equal((2, string.Empty), (exitCode, output));
        Assert.Equal($"KestrelEcho: --requests must be a whole number from 0, not '{requests}'.", error.TrimEnd());
    }
}
