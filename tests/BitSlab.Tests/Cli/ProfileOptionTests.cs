using System;
using System.IO;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.Cli;

/// <summary><c>--profile</c> of the commands that run BitSlab.</summary>
public sealed class ProfileOptionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_program_runs_with_the_classes_made_for_it(int alignment)
    {
        using TemporaryFile profile = new(ending: ".json");
        CommandRun tuned = CommandRun.Of(
            "tune", TraceFiles.PathOf("beanstalkd"), "--alignment", alignment.ToString(System.Globalization.CultureInfo.InvariantCulture), "-o", profile.Path);
        Assert.Equal((0, string.Empty), (tuned.ExitCode, tuned.Error));

        CommandRun run = CommandRun.Of("replay", TraceFiles.PathOf("beanstalkd"), "--verify", "--trim", "--profile", profile.Path);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains(" good ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_that_does_not_fit_the_preset_is_refused()
    {
        using TemporaryFile profile = new(ending: ".json");
        Assert.Equal(0, CommandRun.Of("tune", TraceFiles.PathOf("beanstalkd"), "-o", profile.Path).ExitCode);

        CommandRun run = CommandRun.Of("queue", "--events", "1000", "--preset", "classic", "--profile", profile.Path);

        Assert.Equal((2, string.Empty), (run.ExitCode, run.Out));
        Assert.Equal($"bitslab: {profile.Path}: has classes above 1024 bytes, the maximum of the preset 'classic'", run.Error.Trim());
    }

    [Fact]
    public void A_file_that_is_no_profile_is_refused_with_its_name()
    {
        using TemporaryFile profile = new(ending: ".json");
        File.WriteAllText(profile.Path, "{}");

        CommandRun run = CommandRun.Of("replay", TraceFiles.PathOf("beanstalkd"), "--profile", profile.Path);

        Assert.Equal((2, string.Empty), (run.ExitCode, run.Out));
        Assert.Equal($"bitslab: {profile.Path}: format is missing.", run.Error.Trim());
    }
}
