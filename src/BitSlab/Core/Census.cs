using System.Numerics;

namespace BitSlab.Core;

/// <summary>What was counted of an allocator.</summary>
internal unsafe struct CensusTotals
{
    public long Blocks;
    public long Bytes;
    public long LargeBlocks;
    public long LargeBytes;
    public long Slabs;
    public long Chunks;
    public long OccupiedSlices;
}

/// <summary>What was counted of one size class.</summary>
internal struct ClassCensus
{
    public long Slabs;
    public long Capacity;
    public long Blocks;
}

/// <summary>Counts blocks in the bitmaps.</summary>
internal static unsafe class Census
{
    /// <summary>Counts; under the chunk lock, so that no slice is cut or returned meanwhile.</summary>
    public static void Count(Allocator* allocator, CensusTotals* totals, ClassCensus* classes)
    {
        Reservation* reservation = allocator->Reservation;
        CoreLock.Enter(&allocator->ChunkLock, &reservation->Os);
        totals->Chunks = allocator->ChunkCount;
        for (Chunk* chunk = allocator->FirstChunk; chunk != null; chunk = chunk->Next)
        {
            totals->OccupiedSlices += Layout.SlicesPerChunk - BitOperations.PopCount(chunk->FreeSlices & ~chunk->DirtySlices);
            Slab* slices = reservation->Slabs + ((nuint)(chunk - reservation->Chunks) * Layout.SlicesPerChunk);
            for (int k = 0; k < Layout.SlicesPerChunk; k++)
            {
                Slab* first = slices + k;
                byte kind = Atomic.LoadAcquire(&first->Kind);
                if (first->First != first)
                {
                    continue;
                }

                if (kind == (byte)SliceKind.Large && Atomic.LoadAcquire(&first->InList) == 1)
                {
                    totals->LargeBlocks++;
                    totals->LargeBytes += (long)first->LargeBytes;
                }
                else if (kind == (byte)SliceKind.Slab && first->Class < allocator->ClassCount)
                {
                    long live = LiveBlocks(reservation, first);
                    totals->Slabs++;
                    totals->Blocks += live;
                    totals->Bytes += live * first->BlockSize;
                    ClassCensus* entry = classes + first->Class;
                    entry->Slabs++;
                    entry->Capacity += first->BlockCount;
                    entry->Blocks += live;
                }
            }
        }

        CoreLock.Exit(&allocator->ChunkLock);
        totals->LargeBlocks += Atomic.LoadAcquire(&allocator->OutsideBlocks);
        totals->LargeBytes += Atomic.LoadAcquire(&allocator->OutsideBytes);
    }

    /// <summary>The live blocks of one word of a slab.</summary>
    public static ulong LiveBits(Reservation* reservation, Slab* first, int word)
    {
        // Remote before free, so that a bit on its way from one to the other is seen at least once: never too many live.
        ulong gone = Atomic.LoadAcquire(Reservation.RemoteWords(reservation, first) + word);
        gone |= Atomic.LoadAcquire(first->FreeWords + word);
        return Slab.ValidBits(first->BlockCount, word) & ~gone;
    }

    private static long LiveBlocks(Reservation* reservation, Slab* first)
    {
        long live = 0;
        for (int w = 0; w < first->WordCount; w++)
        {
            live += BitOperations.PopCount(LiveBits(reservation, first, w));
        }

        return live;
    }
}

/// <summary>
/// Walks over an allocator's live blocks without a lock: the user's code runs between the steps. Each word is checked, after it was
/// read, to be still of the slab that was being walked.
/// </summary>
internal unsafe struct BlockWalk
{
    private readonly Allocator* _allocator;
    private readonly Reservation* _reservation;
    private nuint _slice;
    private int _word;
    private ulong _live;
    private byte* _wordBase;
    private nuint _blockSize;
    private nuint _outside;

    public BlockWalk(Allocator* allocator)
    {
        _allocator = allocator;
        _reservation = allocator->Reservation;
    }

    /// <summary>The next block; false at the end.</summary>
    public bool Next(nuint* address, nuint* bytes)
    {
        while (true)
        {
            if (_live != 0)
            {
                *address = (nuint)(_wordBase + ((nuint)BitOperations.TrailingZeroCount(_live) * _blockSize));
                *bytes = _blockSize;
                _live &= _live - 1;
                return true;
            }

            if (_slice >= _reservation->HighWater * Layout.SlicesPerChunk)
            {
                LargeBlock block;
                bool found = LargeRegistry.NextAbove(_reservation, _allocator, _outside, &block);
                _outside = found ? block.Address : nuint.MaxValue;
                *address = block.Address;
                *bytes = block.UsableBytes;
                return found;
            }

            Step();
        }
    }

    private void Step()
    {
        Slab* first = _reservation->Slabs + _slice;
        if (_reservation->Chunks[_slice / Layout.SlicesPerChunk].Allocator != _allocator)
        {
            _slice = ((_slice / Layout.SlicesPerChunk) + 1) * Layout.SlicesPerChunk;
            _word = 0;
            return;
        }

        byte kind = Atomic.LoadAcquire(&first->Kind);
        uint generation = first->Generation;
        ulong live = 0;
        int words = 1;
        if (first->First == first && kind == (byte)SliceKind.Slab)
        {
            words = first->WordCount;
            live = _word < words ? Census.LiveBits(_reservation, first, _word) : 0;
            _blockSize = first->BlockSize;
        }
        else if (first->First == first && kind == (byte)SliceKind.Large)
        {
            live = (ulong)Atomic.LoadAcquire(&first->InList) & 1;
            _blockSize = first->LargeBytes;
        }

        // The slab was given back while its word was read: what was read is of no one.
        if (Atomic.LoadAcquire(&first->Kind) != kind || first->Generation != generation)
        {
            live = 0;
            words = 0;
        }

        _live = live;
        _wordBase = Reservation.SliceAddress(_reservation, _slice) + ((nuint)(_word << 6) * _blockSize);
        _word++;
        if (_word >= words)
        {
            _word = 0;
            _slice++;
        }
    }
}
