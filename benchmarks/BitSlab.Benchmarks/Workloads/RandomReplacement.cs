using System;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// Live blocks of 1 to 1,024 bytes, of which random ones are replaced by ones of another random size. Belongs to one thread at a
/// time.
/// </summary>
internal sealed class RandomReplacement<T, TBlock>
    where T : struct, IBlockSource<T, TBlock>, allows ref struct
    where TBlock : struct, IBlock
{
    /// <summary>Replacements of a slice; see <see cref="SlicedWork"/>.</summary>
    public const int SliceLength = FastReplay.SliceLength;

    private readonly SlabAllocator? _allocator;
    private readonly TBlock[] _blocks;
    private readonly int _minSize;
    private readonly int _sizes;
    private XorShift _random;

    public RandomReplacement(SlabAllocator? allocator, int count, ulong seed, int minSize = 1, int maxSize = 1_024)
    {
        _allocator = allocator;
        _blocks = new TBlock[count];
        _minSize = minSize;
        _sizes = maxSize - minSize + 1;
        _random = new XorShift(seed);
    }

    /// <summary>Allocates all blocks.</summary>
    public void Fill()
    {
        T source = T.Open(_allocator);
        foreach (ref TBlock block in _blocks.AsSpan())
        {
            block = source.Alloc(_minSize + _random.Below(_sizes));
        }
    }

    public void Replace()
    {
        T source = T.Open(_allocator);
        TBlock[] blocks = _blocks;
        int minSize = _minSize;
        int sizes = _sizes;
        XorShift random = _random;
        for (int i = 0; i < SliceLength; i++)
        {
            ulong bits = random.Next();
            ref TBlock block = ref blocks[XorShift.Scale((uint)(bits >> 32), blocks.Length)];
            source.Free(block);
            block = source.Alloc(minSize + XorShift.Scale(unchecked((uint)bits), sizes));
        }

        _random = random;
    }

    public void FreeAll() => BlockCheck.FreeAll<T, TBlock>(_allocator, _blocks);
}
