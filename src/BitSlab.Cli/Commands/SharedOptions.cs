using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using BitSlab.Traces;

namespace BitSlab.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public const string DefaultPreset = "default";
    public const string ClassicPreset = "classic";

    public static Option<string> Preset()
    {
        Option<string> option = new("--preset")
        {
            Description = "The options BitSlab runs with: its defaults, or those of the allocator it descends from.",
            HelpName = $"{DefaultPreset}|{ClassicPreset}",
            DefaultValueFactory = _ => DefaultPreset,
        };
        option.AcceptOnlyFromAmong(DefaultPreset, ClassicPreset);
        return option;
    }

    public static SlabAllocatorOptions OptionsOf(string preset) =>
        preset == ClassicPreset ? SlabAllocatorOptions.Classic : SlabAllocatorOptions.Default;

    /// <summary>A whole number in a range; what lies outside is one clear line.</summary>
    public static Option<int?> Number(string name, string help, string description, int minimum, int maximum)
    {
        Option<int?> option = new(name) { Description = description, HelpName = help };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && int.TryParse(result.Tokens[0].Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
                && (value < minimum || value > maximum))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be {minimum} to {maximum}, not {value}."));
            }
        });
        return option;
    }

    /// <summary>Times are minima over rounds: 15 find the undisturbed one on a busy machine and take under a second a row.</summary>
    public static Option<int?> Rounds() => Number("--rounds", "N", "Rounds of each time measured (default 15).", 1, 10_000);

    public const int DefaultRounds = 15;

    public static Option<string?> Json() => new("--json")
    {
        Description = "Also writes all figures to this file.",
        HelpName = "FILE",
    };

    /// <summary>The contenders of a list of names with commas.</summary>
    public static IReadOnlyList<Contender> Contenders(ContenderCatalog catalog, string list)
    {
        List<Contender> found = [];
        foreach (string name in list.Split(',').Select(name => name.Trim()).Distinct())
        {
            found.Add(catalog.Find(name) ?? throw new BadInputException(
                $"'{name}' is no contender; there are {string.Join(", ", catalog.Names)}."));
        }

        return found;
    }
}
