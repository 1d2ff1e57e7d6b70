using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>A bounded ring from one thread to one other.</summary>
internal sealed class BlockRing<TBlock>
    where TBlock : struct, IBlock
{
    private readonly TBlock[] _blocks;
    private readonly long _mask;
    private RingCounts _counts;

    /// <param name="capacity">A power of two.</param>
    public BlockRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(BitOperations.IsPow2(capacity), true);
        _blocks = new TBlock[capacity];
        _mask = capacity - 1;
    }

    /// <summary>Called by one thread. False when the ring is full.</summary>
    public bool TryPut(TBlock block)
    {
        long put = _counts.Put;
        if (put - _counts.TakenSeen == _blocks.Length)
        {
            _counts.TakenSeen = Volatile.Read(ref _counts.Taken);
            if (put - _counts.TakenSeen == _blocks.Length)
            {
                return false;
            }
        }

        _blocks[put & _mask] = block;
        Volatile.Write(ref _counts.Put, put + 1);
        return true;
    }

    /// <summary>Called by one thread. False when the ring is empty.</summary>
    public bool TryTake(out TBlock block)
    {
        long taken = _counts.Taken;
        if (taken == _counts.PutSeen)
        {
            _counts.PutSeen = Volatile.Read(ref _counts.Put);
            if (taken == _counts.PutSeen)
            {
                block = default;
                return false;
            }
        }

        block = _blocks[taken & _mask];
        Volatile.Write(ref _counts.Taken, taken + 1);
        return true;
    }

    /// <summary>Of the blocks that went through last, which are free by now.</summary>
    public void CheckNotNull() => BlockCheck.NotNull<TBlock>(_blocks.AsSpan(0, (int)Math.Min(_counts.Put, _blocks.Length)));
}

/// <summary>
/// Each side's count, and what it saw last of the other's, so that it looks again only when it must. On cache lines of their
/// own (128 bytes: neighbouring lines are fetched in pairs).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct RingCounts
{
    [FieldOffset(128)]
    public long Put;

    [FieldOffset(136)]
    public long TakenSeen;

    [FieldOffset(256)]
    public long Taken;

    [FieldOffset(264)]
    public long PutSeen;
}
