using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using BitSlab.Core;

namespace BitSlab.Buffers;

/// <summary>
/// Blocks of native memory one behind the other, as a writer or a stream fills them. Not thread-safe. Chains are used again; one that was
/// forgotten with its holder frees its blocks.
/// </summary>
internal sealed unsafe partial class SegmentChain
{
    private const int FirstBlocks = 4;

    // A chain that had more, 128 KiB of table, is not kept.
    private const int MostKeptBlocks = 4096;

    [ThreadStatic]
    private static SegmentChain? t_resting;

    private ChainBlock[] _blocks = new ChainBlock[FirstBlocks];
    private int _count;
    private SlabAllocator _allocator = null!;
    private SlabSegmentOptions _options = null!;

    // Counts the holders: while a block is allocated the soft limit's callback may do anything, end this holder too.
    private int _holder;

    ~SegmentChain()
    {
        while (_count != 0)
        {
            try
            {
                Truncate(0);
            }
#pragma warning disable CA1031 // an allocator that was reset or disposed by others: on this thread it would end the process
            catch (Exception)
#pragma warning restore CA1031
            {
                // The block that was refused is out of the chain.
            }
        }
    }

    public int Count => _count;

    /// <summary>The bytes that the blocks hold.</summary>
    public long Capacity => _count == 0 ? 0 : _blocks[_count - 1].End;

    public ref readonly ChainBlock this[int index] => ref _blocks[index];

    /// <summary>An empty chain.</summary>
    /// <param name="options">Valid options.</param>
    public static SegmentChain Rent(SlabSegmentOptions options)
    {
        SegmentChain? chain = t_resting;
        if (chain == null)
        {
            chain = SharedChains.TryTake() ?? new SegmentChain();
        }
        else
        {
            t_resting = null;
        }

        chain._options = options;
        chain._allocator = options.Allocator ?? SlabAllocator.Shared;
        return chain;
    }

    /// <summary>Frees the blocks; the caller forgets the chain.</summary>
    /// <exception cref="InvalidBlockException">The allocator was reset.</exception>
    public void Return()
    {
        _holder = unchecked(_holder + 1);
        Truncate(0);

        // What rests holds no allocator.
        _allocator = null!;
        _options = null!;
        if (t_resting == null && _blocks.Length <= MostKeptBlocks)
        {
            t_resting = this;
        }
        else
        {
            ReturnSlow();
        }
    }

    /// <summary>The block that holds a byte of the content; the last one for those beyond.</summary>
    public int Find(long position)
    {
        int low = 0;
        int high = _count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_blocks[middle].Offset <= position)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>Adds blocks, so that the chain holds so many bytes. Adds none when not all can be had.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Reserve(long capacity)
    {
        long missing = capacity - Capacity;
        if (missing > _options.LargestSegmentSize && missing > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            // The kernel would rather end the process than say no.
            ThrowHelper.ThrowOutOfMemory((nuint)missing);
        }

        int count = _count;
        try
        {
            while (Capacity < capacity)
            {
                missing = capacity - Capacity;
                Append((int)long.Min(missing, _options.LargestSegmentSize));
            }
        }
        catch when (_count > count)
        {
            Truncate(count);
            throw;
        }
    }

    /// <summary>Adds a block at the end.</summary>
    /// <param name="minimum">The bytes that it has to hold at least.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Append(int minimum)
    {
        // Growth by half: the last block, in part unused, is a third at most.
        long growth = long.Clamp(Capacity / 2, _options.FirstSegmentSize, _options.LargestSegmentSize);
        int size = SizeFor(int.Max(minimum, (int)growth));
        if (_count == _blocks.Length)
        {
            Array.Resize(ref _blocks, _count * 2);
        }

        byte* start = Alloc(size);
        _blocks[_count] = new ChainBlock { Start = start, Offset = Capacity, Length = size, Size = size };
        _count++;
    }

    /// <summary>
    /// Sees to it that bytes stand side by side behind the content: in its last block, in one that was reserved behind it, or in a new one.
    /// What is left of the last block then belongs to nobody.
    /// </summary>
    /// <param name="end">Where the content ends.</param>
    /// <param name="bytes">At least 1.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void MakeRoom(long end, int bytes)
    {
        if (_count != 0)
        {
            int last = Find(end);
            ref ChainBlock block = ref _blocks[last];
            int used = (int)(end - block.Offset);
            if (block.Length - used >= bytes)
            {
                return;
            }

            if (last + 1 < _count && _blocks[last + 1].Length >= bytes && used != 0)
            {
                Cut(last, used);
                return;
            }

            Truncate(used == 0 ? last : last + 1);
            Append(bytes);
            if (used != 0)
            {
                Cut(last, used);
            }

            return;
        }

        Append(bytes);
    }

    /// <summary>Gives memory behind the content back: blocks beyond it, and of the last one what pays.</summary>
    public void Shrink(long length)
    {
        if (length == 0)
        {
            Truncate(0);
            return;
        }

        int last = Find(length - 1);
        Truncate(last + 1);
        int used = (int)(length - _blocks[last].Offset);
        int size = SizeFor(used);
        if (size <= _blocks[last].Size / 2)
        {
            Replace(last, size, used);
        }
    }

    /// <summary>Has the content in one block, which it is copied to where need be.</summary>
    public void MakeContiguous(int length)
    {
        if (_blocks[0].Length >= length)
        {
            return;
        }

        int size = SizeFor(length);
        byte* start = Alloc(size);
        CopyTo(0, new Span<byte>(start, length));
        Truncate(0);
        _blocks[0] = new ChainBlock { Start = start, Length = size, Size = size };
        _count = 1;
    }

    /// <summary>Copies content out.</summary>
    public void CopyTo(long position, Span<byte> destination)
    {
        for (int i = Find(position); !destination.IsEmpty; i++)
        {
            ref ChainBlock block = ref _blocks[i];
            int skipped = (int)(position - block.Offset);
            int bytes = int.Min(destination.Length, block.Length - skipped);
            new ReadOnlySpan<byte>(block.Start + skipped, bytes).CopyTo(destination);
            destination = destination[bytes..];
            position += bytes;
        }
    }

    /// <summary>Copies content in, which the chain has to have room for.</summary>
    public void CopyFrom(long position, ReadOnlySpan<byte> source)
    {
        for (int i = Find(position); !source.IsEmpty; i++)
        {
            ref ChainBlock block = ref _blocks[i];
            int skipped = (int)(position - block.Offset);
            int bytes = int.Min(source.Length, block.Length - skipped);
            source[..bytes].CopyTo(new Span<byte>(block.Start + skipped, bytes));
            source = source[bytes..];
            position += bytes;
        }
    }

    /// <summary>Writes zeros, for which the chain has to have room.</summary>
    public void Clear(long from, long to)
    {
        for (int i = Find(from); from < to; i++)
        {
            ref ChainBlock block = ref _blocks[i];
            int skipped = (int)(from - block.Offset);
            int bytes = (int)long.Min(to - from, block.Length - skipped);
            new Span<byte>(block.Start + skipped, bytes).Clear();
            from += bytes;
        }
    }

    /// <summary>The content's bytes in a block, from a position on.</summary>
    public ReadOnlySpan<byte> Part(int index, long position, long length)
    {
        ref ChainBlock block = ref _blocks[index];
        int skipped = (int)long.Max(0, position - block.Offset);
        return new ReadOnlySpan<byte>(block.Start + skipped, (int)long.Min(block.Length, length - block.Offset) - skipped);
    }

    /// <summary>Frees all blocks from an index on.</summary>
    public void Truncate(int count)
    {
        while (_count > count)
        {
            ref ChainBlock block = ref _blocks[--_count];
            byte* start = block.Start;
            if (block.Segment != null)
            {
                SegmentPool.Return(block.Segment);
                block.Segment = null;
            }

            Free(start);
        }
    }

    /// <summary>Empties the chain but for one block, as if that were new: what showed it refuses.</summary>
    public void Keep(int index)
    {
        ChainBlock kept = _blocks[index];
        if (kept.Segment != null)
        {
            SegmentPool.Return(kept.Segment);
        }

        _count--;
        _blocks[index] = _blocks[_count];
        _blocks[_count] = default;
        Truncate(0);
        _blocks[0] = new ChainBlock { Start = kept.Start, Length = kept.Size, Size = kept.Size };
        _count = 1;
    }

    // Shortens a block to what is used of it; those behind it move up.
    private void Cut(int index, int used)
    {
        int slack = _blocks[index].Length - used;
        _blocks[index].Length = used;
        for (int i = index; i < _count; i++)
        {
            ref ChainBlock block = ref _blocks[i];
            block.Offset -= i == index ? 0 : slack;
            block.Segment?.Show(block);
        }
    }

    private void Replace(int index, int size, int used)
    {
        // Without memory for less, the content stays where it is.
        int holder = _holder;
        SlabAllocator allocator = _allocator;
        if (!allocator.TryAlloc((nuint)size, out void* start))
        {
            return;
        }

        if (_holder != holder)
        {
            allocator.Free(start);
            ThrowHelper.ThrowSegmentDisposed();
        }

        ref ChainBlock block = ref _blocks[index];
        byte* old = block.Start;
        new ReadOnlySpan<byte>(old, used).CopyTo(new Span<byte>(start, used));
        if (block.Segment != null)
        {
            SegmentPool.Return(block.Segment);
        }

        block = new ChainBlock { Start = (byte*)start, Offset = block.Offset, Length = size, Size = size };
        Free(old);
    }

    // What a block takes anyway: steps of 16 bytes, eighths of powers of two, slices.
    private int SizeFor(int bytes)
    {
        const int Linear = 1024;
        const int Granularity = 16;
        SlabAllocatorOptions options = _allocator.Options;
        int step = bytes > options.MaxManagedBlockSize && !options.UseMallocForLarge ? Layout.SliceBytes
            : bytes <= Linear ? Granularity
            : 1 << (BitOperations.Log2((uint)bytes - 1) - 3);
        return bytes > int.MaxValue - step ? bytes : (bytes + step - 1) & -step;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Alloc(int size)
    {
        int holder = _holder;
        SlabAllocator allocator = _allocator;
        byte* start = (byte*)allocator.Alloc((nuint)size);
        if (_holder != holder)
        {
            allocator.Free(start);
            ThrowHelper.ThrowSegmentDisposed();
        }

        return start;
    }

    // An allocator that was disposed has taken its blocks along.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Free(byte* start)
    {
        if (!_allocator.IsDisposed)
        {
            _allocator.Free(start);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnSlow()
    {
        if (_blocks.Length > MostKeptBlocks || !SharedChains.TryAdd(this))
        {
#pragma warning disable CA1816 // it is not disposed: it is empty, and nobody wants it any more
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
        }
    }
}
