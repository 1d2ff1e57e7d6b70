using System.Collections.Generic;
using System.IO;
using System.IO.Enumeration;
using System.Linq;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>
/// Why BitSlab loses where it does, written by hand: a section for each pattern of workloads, such as <c>pair/*</c>, which is its
/// heading.
/// </summary>
internal sealed class Reasons(IReadOnlyList<(string Pattern, string Text)> sections)
{
    public const string FileName = "worst-case.md";

    private const string Heading = "## ";

    /// <summary>Those of the folder; none when it has no such file. What stands before the first section is for the file's writer.</summary>
    public static Reasons Read(string directory)
    {
        string path = Path.Combine(directory, FileName);
        string text = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        return new Reasons(
        [
            .. text.Split("\n" + Heading).Skip(1)
                .Select(section => section.Split('\n', 2))
                .Select(parts => (parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : "")),
        ]);
    }

    /// <summary>The first section that speaks of a workload.</summary>
    public string? PatternFor(string workload) => sections
        .Select(section => section.Pattern)
        .FirstOrDefault(pattern => FileSystemName.MatchesSimpleExpression(pattern, workload, ignoreCase: false));

    public string TextOf(string pattern) => sections.First(section => section.Pattern == pattern).Text;
}
