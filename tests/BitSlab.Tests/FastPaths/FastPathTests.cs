using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using BitSlab.Tests.Support;
using BitSlab.Tests.Traces;
using Xunit;

namespace BitSlab.Tests.FastPaths;

/// <summary>
/// The fast paths stay as short as <c>docs/fast-paths</c> records them, and call nothing. Where they have become longer for a reason,
/// <c>scripts/fast-paths.sh</c> records them anew.
/// </summary>
public class FastPathTests
{
    private static readonly Lazy<IReadOnlyList<MethodListing>> s_listings = new(Disassemble);

    private static readonly Lazy<Dictionary<string, int>> s_recorded = new(() =>
        File.ReadLines(Path.Combine(TraceFiles.Root(), "docs", "fast-paths", "counts.csv"))
            .Skip(1)
            .Select(line => line.Split(','))
            .ToDictionary(fields => fields[0], fields => int.Parse(fields[1], CultureInfo.InvariantCulture)));

    /// <summary>A static path finds its thread's heap; a handle has it.</summary>
    [Theory]
    [InlineData("StaticAlloc", 1)]
    [InlineData("StaticFree", 1)]
    [InlineData("HandleAlloc", 0)]
    [InlineData("HandleFree", 0)]
    public void Fast_path_does_not_grow(string name, int threadStatics)
    {
        SkipWhereCodeIsDifferent();
        Assert.Equal("", Refusal(name, name, threadStatics));
    }

    [Theory]
    [InlineData("PlantedCall", 1, "no way without a call")]
    [InlineData("PlantedTailCall", 1, "no way without a call")]
    [InlineData("PlantedWork", 1, "instructions")]
    [InlineData("StaticAlloc", 0, "thread statics")]
    public void Planted_fault_is_refused(string name, int threadStatics, string reason)
    {
        SkipWhereCodeIsDifferent();
        Assert.Contains(reason, Refusal(name, "StaticAlloc", threadStatics), StringComparison.Ordinal);
    }

    /// <summary>What is wrong with a method that is held to a recorded one; empty when nothing is.</summary>
    private static string Refusal(string name, string recorded, int threadStatics)
    {
        MethodListing listing = s_listings.Value.Single(method => method.Name == name);
        double most = s_recorded.Value[recorded] * 1.1;
        string fault = FastPath.Of(listing) switch
        {
            null => "it has no way without a call",
            FastPath path when path.Instructions > most => $"it has {path.Instructions} instructions instead of {s_recorded.Value[recorded]}",
            FastPath path when path.ThreadStatics > threadStatics => $"it asks for {path.ThreadStatics} thread statics",
            _ => "",
        };
        return fault.Length == 0 ? "" : $"{name}: {fault}\n{string.Join('\n', listing.Lines)}";
    }

    private static IReadOnlyList<MethodListing> Disassemble()
    {
        (int exitCode, string output, string error) = ChildProgram.Start(0, "fast-paths-print");
        Assert.True(exitCode == 0, error);
        return MethodListing.Parse(output);
    }

    private static void SkipWhereCodeIsDifferent()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The recorded instructions are those of x64.");
#if DEBUG
        Assert.Skip("In Debug the library is not optimised.");
#endif
    }
}
