using System;
using System.Collections.Generic;

namespace BitSlab.Tests.Support;

/// <summary>Finds blocks that share bytes.</summary>
public static class Overlaps
{
    /// <summary>The first pair of ranges that share a byte, or share a start, or null.</summary>
    /// <param name="blocks">The ranges; sorted by address on return.</param>
    public static (nint First, nint Second)? Find(Span<(nint Address, nuint Size)> blocks)
    {
        blocks.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        for (int i = 1; i < blocks.Length; i++)
        {
            (nint address, nuint size) = blocks[i - 1];
            if (blocks[i].Address == address || (nuint)(blocks[i].Address - address) < size)
            {
                return (address, blocks[i].Address);
            }
        }

        return null;
    }

    /// <summary>Whether all addresses are different and not null.</summary>
    public static bool AllDistinct(IReadOnlyCollection<nint> addresses)
    {
        var seen = new HashSet<nint>(addresses);
        return seen.Count == addresses.Count && !seen.Contains(0);
    }
}
