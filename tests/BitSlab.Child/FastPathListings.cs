using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Tests.FastPaths;

namespace BitSlab.Child;

/// <summary>What the JIT makes of <see cref="FastPaths"/>, in a process of its own whose settings make it the same everywhere.</summary>
internal static class FastPathListings
{
    private static readonly Dictionary<string, string> s_settings = new()
    {
        // Optimised at once, without a profile or code compiled beforehand: what a hot method becomes in the end.
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_ReadyToRun"] = "0",

        // Addresses masked, so that only a real change shows.
        ["DOTNET_JitDisasmDiffable"] = "1",
        ["DOTNET_JitDisasm"] = string.Join(' ', [.. FastPaths.Recorded, .. FastPaths.Planted]),
    };

    /// <summary>Prints the listings of all methods, for the test.</summary>
    public static void Print() => Console.Write(Disassemble());

    /// <summary>Writes a listing for each path, and how many instructions it has.</summary>
    public static void Record(string directory)
    {
        List<string> counts = ["path,instructions"];
        foreach (MethodListing listing in MethodListing.Parse(Disassemble()).Where(listing => FastPaths.Recorded.Contains(listing.Name)))
        {
            File.WriteAllText(
                Path.Combine(directory, listing.Name + ".asm"),
                string.Concat(listing.Lines.Prepend($"; {listing.Signature}").Select(line => line + "\n")));
            FastPath path = FastPath.Of(listing) ?? throw new InvalidOperationException($"{listing.Name} has no way without a call.");
            counts.Add(string.Create(CultureInfo.InvariantCulture, $"{listing.Name},{path.Instructions}"));
        }

        File.WriteAllText(Path.Combine(directory, "counts.csv"), string.Concat(counts.Select(line => line + "\n")));
    }

    private static string Disassemble()
    {
        string file = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new(Environment.ProcessPath!, [typeof(FastPaths).Assembly.Location, "fast-paths"]);
            foreach ((string name, string value) in s_settings)
            {
                start.Environment[name] = value;
            }

            start.Environment["DOTNET_JitStdOutFile"] = file;
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            Report.Require(process.ExitCode == 0, "The process whose code is listed has failed.");
            return File.ReadAllText(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
