using System;

namespace BitSlab.Cli.Events;

/// <summary>What the garbage collector had to do: collections of each generation and its elders, and bytes allocated on its heap.</summary>
internal readonly record struct GarbageFigures(int Gen0, int Gen1, int Gen2, long Bytes)
{
    /// <summary>Since the process began.</summary>
    public static GarbageFigures Now() =>
        new(GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2), GC.GetTotalAllocatedBytes(precise: true));

    public static GarbageFigures operator +(GarbageFigures a, GarbageFigures b) =>
        new(a.Gen0 + b.Gen0, a.Gen1 + b.Gen1, a.Gen2 + b.Gen2, a.Bytes + b.Bytes);

    public static GarbageFigures operator -(GarbageFigures a, GarbageFigures b) =>
        new(a.Gen0 - b.Gen0, a.Gen1 - b.Gen1, a.Gen2 - b.Gen2, a.Bytes - b.Bytes);
}
