using System;
using System.Globalization;

namespace BitSlab.Traces;

/// <summary>
/// A live block of a verifying replay and the operations on it, each with its checks. The event given is the one replayed
/// now; faults name it. The alignment given is what every block has.
/// </summary>
internal unsafe struct VerifiedBlock
{
    private nint _address;
    private nuint _size;
    private ulong _seed;

    public readonly nint Address => _address;

    /// <summary>Performs an allocating event: not null, aligned, zeroed if asked for; then filled with a pattern of its own.</summary>
    public void Allocate<T>(T contender, nuint alignment, in TraceEvent e, int number)
        where T : struct, IContender<T>, allows ref struct
    {
        nuint size = (nuint)e.Size;
        void* block;
        try
        {
            block = e.Op switch
            {
                TraceOp.Alloc => contender.Alloc(size),
                TraceOp.AllocZeroed => contender.AllocZeroed(size),
                _ => contender.AlignedAlloc(size, e.Alignment),
            };
        }
        catch (Exception cause) when (IsRefusal(cause))
        {
            throw Refused(e, number, 0, cause);
        }

        CheckPlace(e, number, block, e.Op == TraceOp.AlignedAlloc ? e.Alignment : alignment);
        if (e.Op == TraceOp.AllocZeroed)
        {
            long offset = BlockPattern.FindNonZero(block, size);
            if (offset != BlockPattern.NoMismatch)
            {
                throw Fault(e, number, (nint)block, $"the zeroed block of {size} bytes is not zero at offset {offset}");
            }
        }

        Take(block, size, number);
    }

    /// <summary>Performs a realloc: contents whole before it, and after it up to the smaller size; then a new pattern.</summary>
    public void Reallocate<T>(T contender, nuint alignment, in TraceEvent e, int number)
        where T : struct, IContender<T>, allows ref struct
    {
        CheckContents(e, number, _address, _size, "before the realloc");
        nuint size = (nuint)e.Size;
        void* block;
        try
        {
            block = e.Op == TraceOp.Realloc
                ? contender.Realloc((void*)_address, size)
                : contender.AlignedRealloc((void*)_address, size, e.Alignment);
        }
        catch (Exception cause) when (IsRefusal(cause))
        {
            throw Refused(e, number, _address, cause);
        }

        CheckPlace(e, number, block, e.Op == TraceOp.AlignedRealloc ? e.Alignment : alignment);
        CheckContents(e, number, (nint)block, nuint.Min(size, _size), "after the realloc");
        Take(block, size, number);
    }

    /// <summary>Checks the contents and frees the block.</summary>
    public void Free<T>(T contender, in TraceEvent e, int number)
        where T : struct, IContender<T>, allows ref struct
    {
        CheckContents(e, number, _address, _size, "at its free");
        try
        {
            if (e.Op == TraceOp.AlignedFree)
            {
                contender.AlignedFree((void*)_address);
            }
            else
            {
                contender.Free((void*)_address);
            }
        }
        catch (Exception cause) when (IsRefusal(cause))
        {
            throw Refused(e, number, _address, cause);
        }

        _address = 0;
    }

    // A legal operation that is refused is damage too: the allocator has lost track of its blocks.
    private static bool IsRefusal(Exception cause) => cause is InvalidOperationException or ArgumentException or OutOfMemoryException;

    private static VerificationException Refused(in TraceEvent e, int number, nint address, Exception cause) =>
        new(number, e.Slot, address, $"{e.Op} was refused: {cause.Message.ReplaceLineEndings(" ")}", cause);

    private static VerificationException Fault(in TraceEvent e, int number, nint address, FormattableString what) =>
        new(number, e.Slot, address, what.ToString(CultureInfo.InvariantCulture));

    private static void CheckPlace(in TraceEvent e, int number, void* block, nuint alignment)
    {
        if (block is null)
        {
            throw Fault(e, number, 0, $"{e.Op} gave null");
        }

        if (((nuint)block & (alignment - 1)) != 0)
        {
            throw Fault(e, number, (nint)block, $"not aligned to {alignment} bytes");
        }
    }

    private readonly void CheckContents(in TraceEvent e, int number, nint address, nuint size, string moment)
    {
        long offset = BlockPattern.FindMismatch((void*)address, size, _seed);
        if (offset != BlockPattern.NoMismatch)
        {
            throw Fault(e, number, address, $"contents changed at offset {offset} of {_size} bytes, seen {moment}");
        }
    }

    private void Take(void* block, nuint size, int number)
    {
        _address = (nint)block;
        _size = size;
        _seed = BlockPattern.SeedOf(number);
        BlockPattern.Fill(block, size, _seed);
    }
}
