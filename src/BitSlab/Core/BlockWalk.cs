using System.Numerics;

namespace BitSlab.Core;

/// <summary>
/// Walks over an allocator's live blocks without a lock: the user's code runs between the steps. Each word is checked, before and
/// after it is read, to be still of the slab that is being walked.
/// </summary>
internal unsafe struct BlockWalk
{
    // Blocks outside the chunks are fetched in batches: each fetch is a pass over a stripe.
    private const int BatchCapacity = 32;

    private readonly Allocator* _allocator;
    private readonly Reservation* _reservation;

    /// <summary>The slice and word to look at next, and the slab's generation when its first word was read.</summary>
    private nuint _slice;
    private int _word;
    private uint _generation;

    /// <summary>What is left of the word that was read.</summary>
    private ulong _live;
    private byte* _wordBase;
    private nuint _blockSize;

    private int _stripe;
    private nuint _outside;
    private int _batchNext;
    private int _batchCount;
    private fixed ulong _batchAddresses[BatchCapacity];
    private fixed ulong _batchBytes[BatchCapacity];

    public BlockWalk(Allocator* allocator)
    {
        _allocator = allocator;
        _reservation = allocator->Reservation;
    }

    /// <summary>The next block; false at the end.</summary>
    public bool Next(nuint* address, nuint* bytes)
    {
        while (_live == 0)
        {
            if (_slice >= _reservation->HighWater * Layout.SlicesPerChunk)
            {
                return NextOutside(address, bytes);
            }

            Step();
        }

        *address = (nuint)(_wordBase + ((nuint)BitOperations.TrailingZeroCount(_live) * _blockSize));
        *bytes = _blockSize;
        _live &= _live - 1;
        return true;
    }

    private void Step()
    {
        if (_reservation->Chunks[_slice / Layout.SlicesPerChunk].Allocator != _allocator)
        {
            _slice = ((_slice / Layout.SlicesPerChunk) + 1) * Layout.SlicesPerChunk;
            _word = 0;
            return;
        }

        Slab* first = _reservation->Slabs + _slice;

        // Acquire pairs with the birth's release: a valid kind has a whole descriptor behind it.
        SliceKind kind = (SliceKind)Atomic.LoadAcquire(&first->Kind);
        uint generation = first->Generation;
        if (first->First != first || (kind != SliceKind.Slab && kind != SliceKind.Large) || (_word != 0 && generation != _generation))
        {
            // Nothing begins here, or not any more what was being walked.
            GoToNextSlice();
            return;
        }

        _generation = generation;
        if (kind == SliceKind.Large)
        {
            _blockSize = first->LargeBytes;

            // Acquire: the size was read before, and what is live now had it, or IsStill says no.
            Take((ulong)(Atomic.LoadAcquire(&first->InList) >= Slab.LargeLive ? 1 : 0), first, kind);
            GoToNextSlice();
            return;
        }

        int words = first->WordCount;
        ulong valid = Slab.ValidBits(first->BlockCount, _word);
        ulong* free = first->FreeWords + _word;
        _blockSize = first->BlockSize;

        // What was read so far is of one slab: its words may be looked at.
        if (IsStill(first, kind))
        {
            Take(Census.LiveBits(_reservation, free, valid), first, kind);
        }

        _word++;
        if (_word >= words)
        {
            GoToNextSlice();
        }
    }

    private void Take(ulong live, Slab* first, SliceKind kind)
    {
        // The slab was given back while its word was read: what was read is of no one.
        _live = IsStill(first, kind) ? live : 0;
        _wordBase = Reservation.SliceAddress(_reservation, _slice) + ((nuint)(_word << 6) * _blockSize);
    }

    private readonly bool IsStill(Slab* first, SliceKind kind)
    {
        // Full barrier: all that was read of the slab was read before this look. Acquire: the kind before the generation.
        Atomic.Fence();
        return Atomic.LoadAcquire(&first->Kind) == (byte)kind && first->Generation == _generation;
    }

    private void GoToNextSlice()
    {
        _slice++;
        _word = 0;
    }

    private bool NextOutside(nuint* address, nuint* bytes)
    {
        fixed (ulong* addresses = _batchAddresses, sizes = _batchBytes)
        {
            while (_batchNext == _batchCount && _stripe < LargeRegistry.StripeCount)
            {
                _batchNext = 0;
                _batchCount = LargeRegistry.Lowest(_reservation, _allocator, _stripe, _outside, addresses, sizes, BatchCapacity);
                if (_batchCount == 0)
                {
                    _stripe++;
                    _outside = 0;
                }
            }

            if (_batchNext == _batchCount)
            {
                return false;
            }

            *address = (nuint)addresses[_batchNext];
            *bytes = (nuint)sizes[_batchNext];
            _outside = *address;
            _batchNext++;
            return true;
        }
    }
}
