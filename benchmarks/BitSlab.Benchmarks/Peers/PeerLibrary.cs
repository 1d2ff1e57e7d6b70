using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace BitSlab.Benchmarks.Peers;

/// <summary>The addresses of an allocator's functions, with the signatures of malloc, free, calloc, realloc and memalign.</summary>
internal sealed record PeerExports(nint Malloc, nint Free, nint Calloc, nint Realloc, nint Memalign);

/// <summary>A library that is loaded.</summary>
/// <param name="Name">The contender's name.</param>
/// <param name="Path">The file.</param>
/// <param name="Exports">Its functions.</param>
internal sealed record Peer(string Name, string Path, PeerExports Exports);

/// <summary>A well-known library that is not there, and why.</summary>
internal sealed record SkippedPeer(string Name, string Reason);

/// <summary>An allocator in a shared library.</summary>
/// <param name="Name">The contender's name.</param>
/// <param name="Files">The library; the first of these that loads.</param>
internal sealed record PeerLibrary(string Name, params string[] Files)
{
    // "" last: a library may export malloc beside its own names, which are then the ones to take.
    private static readonly string[] s_prefixes = ["mi_", "tc_", "je_", "sn_", "rp", ""];

    public static IReadOnlyList<PeerLibrary> WellKnown { get; } =
    [
        new("mimalloc", "libmimalloc.so.2.0", "libmimalloc.so.2", "libmimalloc.so"),
        new("tcmalloc", "libtcmalloc_minimal.so.4", "libtcmalloc_minimal.so"),
        new("jemalloc", "libjemalloc.so.2", "libjemalloc.so"),
    ];

    public bool TryLoad([NotNullWhen(true)] out Peer? peer, out string reason)
    {
        peer = null;
        reason = string.Empty;
        foreach (string file in Files)
        {
            try
            {
                nint handle = NativeLibrary.Load(file);
                if (FindExports(handle) is PeerExports exports)
                {
                    peer = new Peer(Name, PathOf(file), exports);
                    return true;
                }

                reason = $"{file} exports no malloc, free, calloc, realloc and memalign of its own";
                return false;
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                // The loader's own words stand last, after a list of the paths that .NET tried.
                string[] lines = failure.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                reason = reason.Length > 0 ? reason : lines.FirstOrDefault(line => line.StartsWith(file, StringComparison.Ordinal)) ?? lines[^1];
            }
        }

        return false;
    }

    private static PeerExports? FindExports(nint handle)
    {
        foreach (string prefix in s_prefixes)
        {
            PeerExports exports = new(
                Export(handle, prefix + "malloc"),
                Export(handle, prefix + "free"),
                Export(handle, prefix + "calloc"),
                Export(handle, prefix + "realloc"),
                Export(handle, prefix + "memalign") is not 0 and nint memalign ? memalign : Export(handle, prefix + "aligned_alloc"));
            if (exports is { Malloc: not 0, Free: not 0, Calloc: not 0, Realloc: not 0, Memalign: not 0 })
            {
                return exports;
            }
        }

        return null;
    }

    /// <summary>0 where there is none; the loader would also give the C library's, which every library depends on.</summary>
    private static nint Export(nint handle, string name) =>
        NativeLibrary.TryGetExport(handle, name, out nint address)
        && !(NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), name, out nint process) && process == address)
            ? address
            : 0;

    /// <summary>Where the loader found it.</summary>
    private static string PathOf(string file)
    {
        if (File.Exists(file))
        {
            return Path.GetFullPath(file);
        }

        string stem = file.Split(".so")[0] + ".so";
        return File.ReadLines("/proc/self/maps")
            .Select(line => line[Math.Max(0, line.IndexOf('/', StringComparison.Ordinal))..])
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith(stem, StringComparison.Ordinal)) ?? file;
    }
}
