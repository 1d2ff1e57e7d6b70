using System.Collections.Generic;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>What the kernel says about the memory of a process that used the allocator, each in a process of its own.</summary>
[Collection(AloneCollection.Name)]
public sealed class ResidentMemoryTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("default", "self")]
    [InlineData("default", "others")]
    [InlineData("classic", "self")]
    [InlineData("classic", "others")]
    [InlineData("shared", "self")]
    public void A_million_written_events_leave_within_16_MiB(string preset, string freer)
    {
        // The program itself checks that no two of the million overlap and that each keeps its contents.
        IReadOnlyDictionary<string, long> figures = ChildProgram.Run("million", preset, freer);
        Assert.Equal(0, figures["live"]);

        // The control: with all of them live, the same measure shows the half gigabyte.
        Assert.True(figures["full"] > 480 * MiB, $"With a million live blocks resident memory was {figures["full"]} above the start.");
        Assert.True(figures["growth"] < 16 * MiB, $"After all were freed resident memory is {figures["growth"]} above the start.");

        // Committed, though its pages are mostly not resident: the slab that is current in each class, up to 1 MiB with the
        // classic 1,024 blocks, until Trim.
        long allowed = freer == "others" ? MiB : preset == "classic" ? 48 * MiB : 16 * MiB;
        Assert.True(figures["committed"] < allowed, $"After all were freed {figures["committed"]} bytes count as committed.");
    }

    [Theory]
    [InlineData("collect")]
    [InlineData("leave")]
    public void Ten_thousand_short_threads_grow_less_than_32_MiB(string collect)
    {
        IReadOnlyDictionary<string, long> figures = ChildProgram.Run("short-threads", collect);
        Assert.Equal(0, figures["live"]);
        long growth = figures["growth"] - long.Max(figures["idle"], 0);
        Assert.True(growth < 32 * MiB, $"Resident memory grew by {growth} bytes more than with idle threads.");
        Assert.True(figures["committed"] < 32 * MiB, $"{figures["committed"]} bytes count as committed.");
    }

    [Fact]
    public void Disposed_allocators_leave_no_memory_behind()
    {
        // Thirty times 31 MB.
        IReadOnlyDictionary<string, long> figures = ChildProgram.Run("dispose");
        Assert.True(figures["growth"] < 16 * MiB, $"Resident memory grew by {figures["growth"]} bytes.");
    }

    [Fact]
    public void Main_may_return_before_other_threads_end()
    {
        IReadOnlyDictionary<string, long> figures = ChildProgram.Run("main-returns");
        Assert.Equal((1, 1), (figures["foreground"], figures["exit"]));
        Assert.Equal((0, 0), (figures["alive"], figures["ended"])); // what makes it a case of its own
    }

    [Fact]
    public void A_program_that_fails_is_seen_to_fail()
    {
        (int exitCode, _, string error) = ChildProgram.Start(0, "fail");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("This is the program that fails.", error, System.StringComparison.Ordinal);
    }
}
