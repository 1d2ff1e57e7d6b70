using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace BitSlab.Benchmarks.Peers;

/// <summary>Which build of a library it was.</summary>
internal static class PeerVersion
{
    /// <summary>The file, with its folder where that is the system's, and the version of the package that it came with, if it did.</summary>
    public static string Of(Peer peer) =>
        Ask("dpkg-query", "--search", "*/" + Path.GetFileName(peer.Path)) is string owner
        && owner.Split(": ")[0].Split(',')[0] is string package
        && Ask("dpkg-query", "--show", "--showformat=${Version}", package) is string version
            ? $"{peer.Path} ({package.Split(':')[0]} {version})"
            : Path.GetFileName(peer.Path);

    /// <summary>The first line that a program prints; null where it cannot say.</summary>
    private static string? Ask(string program, params string[] arguments)
    {
        try
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string? line = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            process.WaitForExit();
            return process.ExitCode == 0 ? line : null;
        }
        catch (Win32Exception)
        {
            return null; // no such program on this system
        }
    }
}
