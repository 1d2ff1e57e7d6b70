using System;
using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>The contenders as the CSV names them; a name that is not listed here is a C peer.</summary>
internal static class Contenders
{
    public const string Static = "bitslab";
    public const string Handle = "bitslab-handle";
    public const string Instance = "bitslab-instance";
    public const string NativeMemory = "nativememory";
    public const string ArrayPool = "arraypool";
    public const string GarbageCollected = "gc";

    /// <summary>A loop that only computes: the measure of what scaling the machine allows, and no allocator.</summary>
    public const string Compute = "compute";

    private static readonly string[] s_known = [Static, Handle, Instance, NativeMemory, ArrayPool, GarbageCollected, Compute];

    public static bool IsBitSlab(string name) => name is Static or Handle or Instance;

    public static bool IsPeer(string name) => !s_known.Contains(name);

    public static bool IsOther(string name) => !IsBitSlab(name) && name != Compute;

    public static string Title(string name) => name switch
    {
        Static => "BitSlab",
        Handle => "BitSlab handle",
        Instance => "BitSlab instance",
        NativeMemory => "NativeMemory",
        ArrayPool => "ArrayPool",
        GarbageCollected => "GC arrays",
        _ => name,
    };

    /// <summary>BitSlab first, then what .NET has, then the C peers by name.</summary>
    public static IEnumerable<string> InOrder(IEnumerable<string> names) =>
        names.Distinct().OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal);

    private static int Rank(string name) => IsPeer(name) ? s_known.Length : Array.IndexOf(s_known, name);
}
