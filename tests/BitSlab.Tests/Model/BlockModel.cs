using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Model;

/// <summary>
/// The plain model of an allocator: a dictionary of live blocks. It refuses a new block that overlaps a live one, is
/// misaligned or too small, and says what statistics and walk must show.
/// </summary>
public sealed class BlockModel
{
    private readonly Dictionary<nint, Block> _live = [];
    private readonly List<nint> _order = [];

    public readonly record struct Block(nint Address, nuint Size, nuint Usable, uint Seed);

    public int Count => _order.Count;

    public long Bytes => _live.Values.Sum(b => (long)b.Usable);

    public IReadOnlyCollection<Block> Blocks => _live.Values;

    public bool Contains(nint address) => _live.ContainsKey(address);

    /// <summary>One of the live blocks, the same for the same number and history.</summary>
    public Block Pick(int number) => _live[_order[number % _order.Count]];

    public void Add(Block block, nuint alignment)
    {
        Assert.NotEqual(0, block.Address);
        Assert.True(((nuint)block.Address & (alignment - 1)) == 0, $"0x{block.Address:x} is not aligned to {alignment}.");
        Assert.True(block.Usable >= block.Size, $"{block.Size} bytes were asked for, {block.Usable} are usable.");
        foreach (Block other in _live.Values)
        {
            bool apart = block.Address > other.Address
                ? (nuint)(block.Address - other.Address) >= other.Usable
                : (nuint)(other.Address - block.Address) >= block.Usable && block.Address != other.Address;
            Assert.True(
                apart,
                $"The new block of {block.Usable} bytes at 0x{block.Address:x} overlaps the live one of {other.Usable} at 0x{other.Address:x}.");
        }

        _live.Add(block.Address, block);
        _order.Add(block.Address);
    }

    public void Remove(nint address)
    {
        Assert.True(_live.Remove(address));

        // The last takes its place: cheap, and the order stays a function of the history.
        int index = _order.IndexOf(address);
        _order[index] = _order[^1];
        _order.RemoveAt(_order.Count - 1);
    }

    public void Clear()
    {
        _live.Clear();
        _order.Clear();
    }

    /// <summary>Every live block has its contents.</summary>
    public void VerifyContents()
    {
        foreach (Block block in _live.Values)
        {
            Pattern.Verify(block.Address, block.Size, block.Seed);
        }
    }

    /// <summary>The figures are the model's.</summary>
    public void Agrees(SlabStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        Whole.Consistent(statistics);
        Assert.Equal((Count, Bytes), (statistics.LiveBlocks, statistics.LiveBytes));
    }

    /// <summary>The walk finds exactly the model's blocks.</summary>
    public void Agrees(IEnumerable<(nint Address, nuint Usable)> walk)
    {
        var left = new HashSet<nint>(_live.Keys);
        foreach ((nint address, nuint usable) in walk)
        {
            Assert.True(left.Remove(address), $"The walk found 0x{address:x}, which is not live or was found before.");
            Assert.Equal(_live[address].Usable, usable);
        }

        Assert.Empty(left);
    }
}
