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

/// <summary>What was counted of the slabs of one block size.</summary>
internal struct ClassCensus
{
    /// <summary>0: none yet.</summary>
    public uint BlockSize;
    public long Slabs;
    public long Capacity;
    public long Blocks;
}

/// <summary>Counts blocks in the bitmaps.</summary>
internal static unsafe class Census
{
    /// <summary>Counts all blocks.</summary>
    public static void Count(Allocator* allocator, CensusTotals* totals) => Count(allocator, totals, null, 0);

    /// <summary>Counts; under the chunk lock, so that no slice is cut or returned meanwhile.</summary>
    /// <param name="allocator">The allocator.</param>
    /// <param name="totals">What is added to.</param>
    /// <param name="classes">A hash table of block sizes, empty; null when they are not wanted apart.</param>
    /// <param name="capacity">How many entries the table has: a power of two.</param>
    /// <returns>False when the table is too small.</returns>
    public static bool Count(Allocator* allocator, CensusTotals* totals, ClassCensus* classes, int capacity)
    {
        bool fits = true;
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

                // Acquire pairs with the release of a birth: resizes go on without the chunk's lock.
                byte kind = Atomic.LoadAcquire(&first->Kind);
                if (first->First != first)
                {
                    continue;
                }

                if (kind == (byte)SliceKind.Large && Atomic.LoadAcquire(&first->InList) >= Slab.LargeLive)
                {
                    totals->LargeBlocks++;
                    totals->LargeBytes += (long)first->LargeBytes;
                }
                else if (kind == (byte)SliceKind.Slab)
                {
                    long live = LiveBlocks(reservation, first);
                    totals->Slabs++;
                    totals->Blocks += live;
                    totals->Bytes += live * first->BlockSize;
                    fits = fits && (classes == null || AddTo(classes, capacity, first, live));
                }
            }
        }

        CoreLock.Exit(&allocator->ChunkLock);

        // Acquire: in one piece each; the two need not be of the same moment.
        totals->LargeBlocks += Atomic.LoadAcquire(&allocator->OutsideBlocks);
        totals->LargeBytes += Atomic.LoadAcquire(&allocator->OutsideBytes);
        return fits;
    }

    /// <summary>The live blocks of one word of a slab.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="free">The free word; its remote word stands at the reservation's distance.</param>
    /// <param name="valid">The bits that are blocks.</param>
    public static ulong LiveBits(Reservation* reservation, ulong* free, ulong valid)
    {
        // Remote before free: the collector sets the free bit before it empties the remote word, so that a bit on its way is
        // seen at least once. Never too many live.
        ulong gone = Atomic.LoadAcquire((ulong*)((byte*)free + reservation->RemoteDistance));
        gone |= Atomic.LoadAcquire(free);
        return valid & ~gone;
    }

    // To the entry of the slab's block size, or the free one where it belongs. False when there is none.
    private static bool AddTo(ClassCensus* classes, int capacity, Slab* slab, long live)
    {
        uint blockSize = slab->BlockSize;
        uint mask = (uint)capacity - 1;
        for (uint i = 0; i < (uint)capacity; i++)
        {
            ClassCensus* entry = classes + ((blockSize + (blockSize >> 8) + i) & mask);
            if (entry->BlockSize == blockSize || entry->BlockSize == 0)
            {
                entry->BlockSize = blockSize;
                entry->Slabs++;
                entry->Capacity += slab->BlockCount;
                entry->Blocks += live;
                return true;
            }
        }

        return false;
    }

    private static long LiveBlocks(Reservation* reservation, Slab* first)
    {
        long live = 0;
        for (int w = 0; w < first->WordCount; w++)
        {
            live += BitOperations.PopCount(LiveBits(reservation, first->FreeWords + w, Slab.ValidBits(first->BlockCount, w)));
        }

        return live;
    }
}
