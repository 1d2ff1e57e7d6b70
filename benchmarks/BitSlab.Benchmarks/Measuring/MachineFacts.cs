using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime;
using System.Runtime.InteropServices;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Peers;
using BitSlab.Cli.Output;

namespace BitSlab.Benchmarks.Measuring;

/// <summary>What the figures depend on besides the code: environment.csv.</summary>
internal static class MachineFacts
{
    public static IEnumerable<KeyValuePair<string, string>> Of(SubjectCatalog catalog, Effort effort, IReadOnlyList<string> arguments)
    {
        MachineReport machine = FiguresJson.Machine();
        List<(string Key, string Value)> facts =
        [
            ("cpu", ValueIn("/proc/cpuinfo", "model name", ':') ?? machine.Architecture),
            ("cores", machine.Processors.ToString(CultureInfo.InvariantCulture)),
            ("os", ValueIn("/etc/os-release", "PRETTY_NAME", '=') ?? machine.System),
            ("kernel", Environment.OSVersion.Version.ToString()),
            ("libc", LibcVersion() ?? "unknown"),
            ("dotnet", machine.Runtime),
            ("gc", (GCSettings.IsServerGC ? "server" : "workstation") + (GCSettings.LatencyMode == GCLatencyMode.Batch ? ", not concurrent" : ", concurrent")),
            ("thp", TransparentHugePages() ?? "unknown"),
            ("date", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            ("bitslab", machine.BitSlabVersion + (machine.Optimised ? string.Empty : " (Debug)")),
            ("rounds", effort.Rounds.ToString(CultureInfo.InvariantCulture)),
            ("quick", effort.Quick ? "yes" : "no"),
            ("command", string.Join(' ', arguments.Select(WithoutFolders))),
            .. catalog.Peers.Select(peer => ("peer:" + peer.Name, PeerVersion.Of(peer))),
            .. catalog.Skipped.Select(peer => ("skipped:" + peer.Name, peer.Reason)),
        ];
        return facts.Select(fact => KeyValuePair.Create(fact.Key, fact.Value));
    }

    /// <summary>An argument that names a file or a folder, as what it is called.</summary>
    private static string WithoutFolders(string argument)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string path = argument[(equals + 1)..];
        return Path.Exists(path) ? argument[..(equals + 1)] + Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) : argument;
    }

    private static string? ValueIn(string file, string key, char separator) => !File.Exists(file)
        ? null
        : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(separator, 2)[^1].Trim(' ', '"');

    private static unsafe string? LibcVersion() =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "gnu_get_libc_version", out nint address)
            ? "glibc " + Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)address)())
            : null;

    private static string? TransparentHugePages()
    {
        // "always [madvise] never"
        const string Setting = "/sys/kernel/mm/transparent_hugepage/enabled";
        return File.Exists(Setting) ? File.ReadAllText(Setting).Split('[', ']') is [_, string chosen, _] ? chosen : null : null;
    }
}
