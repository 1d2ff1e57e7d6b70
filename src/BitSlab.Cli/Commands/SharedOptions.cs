using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
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
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not (DefaultPreset or ClassicPreset))
            {
                result.AddError($"--preset must be {DefaultPreset} or {ClassicPreset}, not '{result.Tokens[0].Value}'.");
            }
        });
        return option;
    }

    public static Option<string?> Profile() => new("--profile")
    {
        Description = "A file of size classes, as tune writes it, that BitSlab runs with, at their alignment.",
        HelpName = "FILE",
    };

    /// <summary>A whole number in a range; what lies outside is one clear line.</summary>
    public static Option<int?> Number(string name, string help, string description, int minimum, int maximum)
    {
        return new Option<int?>(name)
        {
            Description = description,
            HelpName = help,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum)
                {
                    return value;
                }

                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {minimum} to {maximum}, not '{text}'."));
                return null;
            },
        };
    }

    public static Option<int?> Rounds(int standard) => Number(
        "--rounds", "N", string.Create(CultureInfo.InvariantCulture, $"Rounds of each time measured (default {standard})."), 1, 10_000);

    public static Option<string?> Json() => NewFile("--json", "Also writes all figures to this file.");

    /// <summary>A file to write. A folder that is not there is said at once, not after minutes of measuring.</summary>
    public static Option<string?> NewFile(string name, string description, params string[] aliases)
    {
        Option<string?> option = new(name, aliases) { Description = description, HelpName = "FILE" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(result.Tokens[0].Value))))
            {
                result.AddError($"{result.Tokens[0].Value}: no such folder");
            }
        });
        return option;
    }

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
