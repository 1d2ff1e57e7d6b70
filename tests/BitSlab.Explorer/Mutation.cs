using System;

namespace BitSlab.Explorer;

/// <summary>A rule or a barrier taken out of the core, by a change to the text of one of its files.</summary>
/// <param name="Name">What is taken out.</param>
/// <param name="File">The core file.</param>
/// <param name="Original">Text that stands exactly once in the file.</param>
/// <param name="Replacement">What stands there instead.</param>
/// <param name="Scenario">The scenario that must fail.</param>
/// <param name="Why">The damage, by the rule that prevents it.</param>
public sealed record Mutation(string Name, string File, string Original, string Replacement, string Scenario, string Why)
{
    public string Apply(string text) => ReplaceOnce(text, Original, Replacement);

    public override string ToString() => Name;

    internal static string ReplaceOnce(string text, string original, string replacement)
    {
        text = text.ReplaceLineEndings("\n");
        original = original.ReplaceLineEndings("\n");
        int index = text.IndexOf(original, StringComparison.Ordinal);
        if (index < 0 || text.IndexOf(original, index + 1, StringComparison.Ordinal) >= 0)
        {
            throw new InvalidOperationException(
                $"This text must stand exactly once, and does {(index < 0 ? "not at all" : "more than once")}: the core changed, the table must follow.\n{original}");
        }

        return string.Concat(text.AsSpan(0, index), replacement.ReplaceLineEndings("\n"), text.AsSpan(index + original.Length));
    }
}
