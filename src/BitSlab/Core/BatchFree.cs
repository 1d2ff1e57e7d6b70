namespace BitSlab.Core;

/// <summary>Frees a batch: neighbours in one bitmap word of another thread's slab go back by one atomic OR.</summary>
internal unsafe struct BatchFree
{
    private readonly Reservation* _reservation;
    private readonly Allocator* _expected;
    private readonly ulong _token;

    public BatchFree(Reservation* reservation, Allocator* expected, ulong token)
    {
        _reservation = reservation;
        _expected = expected;
        _token = token;
        FirstIndex = -1;
    }

    /// <summary>How many entries were refused, the first of them, and why it was.</summary>
    public int RefusedCount { get; private set; }

    public int FirstIndex { get; private set; }

    public BlockStatus FirstStatus { get; private set; }

    /// <summary>
    /// Frees the entry at <paramref name="start"/> and those behind it that go with it; returns the next index. Each entry starts again
    /// from its address: a slab may be given back after its last block.
    /// </summary>
    public int FreeRun(nint* entries, int start, int end)
    {
        if (entries[start] == 0)
        {
            return start + 1;
        }

        Slab* slice = Blocks.FindInSlab(_reservation, unchecked((void*)entries[start]), _expected, out uint index);
        if (slice == null || Blocks.Owns(slice->First, _token))
        {
            BlockStatus status = Blocks.Free(_reservation, unchecked((void*)entries[start]), _expected, _token);
            if (status != BlockStatus.Live)
            {
                Refuse(start, status);
            }

            return start + 1;
        }

        Slab* first = slice->First;
        Slab* low = slice;
        Slab* high = slice;
        uint word = index >> 6;
        ulong mask = 1ul << (int)(index & 63);
        int next = start + 1;
        for (; next < end; next++)
        {
            if (entries[next] == 0)
            {
                continue;
            }

            // Anyone's: who is in the same slab is the same allocator's. A twin stays outside the mask: it is refused on its own.
            slice = Blocks.FindInSlab(_reservation, unchecked((void*)entries[next]), null, out index);
            if (slice == null || slice->First != first || index >> 6 != word || (mask & (1ul << (int)(index & 63))) != 0)
            {
                break;
            }

            mask |= 1ul << (int)(index & 63);
            low = slice < low ? slice : low;
            high = slice > high ? slice : high;
        }

        ulong refused = RemoteFree.Free(_reservation, low, high, (int)word, mask);
        if (refused != 0)
        {
            RefuseRun(entries, start, next, first, refused);
        }

        return next;
    }

    // The slab may be gone by now: the index is worked out from what the descriptor still says, for a report only.
    private void RefuseRun(nint* entries, int start, int end, Slab* first, ulong refused)
    {
        byte* slab = Reservation.AddressOf(_reservation, first);
        for (int i = start; i < end; i++)
        {
            uint index = entries[i] == 0 ? 0 : unchecked((uint)((byte*)entries[i] - slab)) / first->BlockSize;
            if (entries[i] != 0 && (refused & (1ul << (int)(index & 63))) != 0)
            {
                Refuse(i, BlockStatus.DoubleFree);
            }
        }
    }

    private void Refuse(int index, BlockStatus status)
    {
        RefusedCount++;
        if (FirstIndex < 0)
        {
            FirstIndex = index;
            FirstStatus = status;
        }
    }
}
