using System.Collections.Generic;
using System.IO;

namespace BitSlab.Cli.Commands;

/// <summary>What BitSlab runs with: a preset, and size classes of one's own or not.</summary>
internal sealed record Setup(string Preset, string? Profile)
{
    /// <summary>The same, as arguments of a child process.</summary>
    public IEnumerable<string> Arguments =>
        Profile == null ? ["--preset", Preset] : ["--preset", Preset, "--profile", Path.GetFullPath(Profile)];

    public SlabAllocatorOptions ToOptions()
    {
        SlabAllocatorOptions options = Preset == SharedOptions.ClassicPreset ? SlabAllocatorOptions.Classic : SlabAllocatorOptions.Default;
        if (Profile == null)
        {
            return options;
        }

        SizeClassProfile profile = SizeClassProfile.Load(Profile);
        if (profile.BlockSizes[^1] > options.MaxManagedBlockSize)
        {
            throw new BadInputException(
                $"{Profile}: has classes above {options.MaxManagedBlockSize} bytes, the maximum of the preset '{Preset}'");
        }

        return options with { SizeClasses = profile, MinimumAlignment = profile.Alignment };
    }

    public override string ToString() => Profile == null ? Preset : $"{Preset} with the classes of {Path.GetFileName(Profile)}";
}
