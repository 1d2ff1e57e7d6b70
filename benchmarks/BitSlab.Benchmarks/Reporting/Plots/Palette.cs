using System;
using System.Collections.Generic;
using System.Linq;
using ScottPlot;

namespace BitSlab.Benchmarks.Reporting.Plots;

/// <summary>A colour for each contender, the same in all plots of a run.</summary>
internal sealed class Palette(IEnumerable<string> contenders)
{
    private static readonly Dictionary<string, Color> s_known = new()
    {
        [Contenders.Static] = Color.FromHex("#1f4e9c"),
        [Contenders.Handle] = Color.FromHex("#4f94dc"),
        [Contenders.Instance] = Color.FromHex("#9cc7f2"),
        [Contenders.NativeMemory] = Color.FromHex("#d62728"),
        [Contenders.ArrayPool] = Color.FromHex("#8f8f8f"),
        [Contenders.GarbageCollected] = Color.FromHex("#4a4a4a"),
        [Contenders.Compute] = Colors.Black,
    };

    private static readonly Color[] s_peers =
    [
        .. new[] { "#9467bd", "#ff7f0e", "#2ca02c", "#17becf", "#e377c2", "#bcbd22", "#8c564b" }.Select(hex => Color.FromHex(hex)),
    ];

    private readonly string[] _peers = [.. Contenders.InOrder(contenders.Where(Contenders.IsPeer))];

    public Color Of(string contender) =>
        s_known.TryGetValue(contender, out Color color) ? color : s_peers[Array.IndexOf(_peers, contender) % s_peers.Length];
}
