using System;
using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Tests.FastPaths;

/// <summary>The JIT's listing of one method: its instructions and labels, without comments.</summary>
public sealed class MethodListing
{
    private const string Heading = "; Assembly listing for method ";

    private MethodListing(string signature, IReadOnlyList<string> lines)
    {
        Signature = signature;
        Lines = lines;
    }

    /// <summary>Such as <c>Namespace.Type:Method(long):int</c>.</summary>
    public string Signature { get; }

    public string Name => Signature[(Signature.IndexOf(':', StringComparison.Ordinal) + 1)..Signature.IndexOf('(', StringComparison.Ordinal)];

    public IReadOnlyList<string> Lines { get; }

    public static IReadOnlyList<MethodListing> Parse(string text) =>
    [
        .. text.Split(Heading).Skip(1).Select(part =>
        {
            string[] lines = part.Split('\n');

            // Behind the signature stands how it was compiled, which is the same for all.
            return new MethodListing(lines[0].Split(' ')[0], [.. lines.Skip(1).Where(IsCode).Select(line => line.TrimEnd())]);
        }),
    ];

    private static bool IsCode(string line) => !string.IsNullOrWhiteSpace(line) && !line.StartsWith(';');
}
