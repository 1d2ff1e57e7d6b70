using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Threads;

namespace BitSlab.Tests.Support;

/// <summary>The slab that a live block stands in, as its descriptor says.</summary>
internal readonly unsafe record struct SlabOf(nint Start, int BlockSize, int BlockCount, int Slices)
{
    public static SlabOf Block(nint block)
    {
        Slab* first = Slab.At(Slab.SliceOf(unchecked((void*)block)), ProcessMemory.Table)->First;
        nint start = (nint)Reservation.AddressOf(ProcessMemory.Reservation, first);
        return new SlabOf(start, first->BlockSize, (int)first->BlockCount, first->SliceCount);
    }

    public long Bytes => (long)Slices << Layout.SliceShift;

    /// <summary>The whole pages in which none of these live blocks has a byte, of those that a block of the slab ever stood on.</summary>
    public List<nint> PagesWithout(IEnumerable<nint> live)
    {
        int used = ((BlockSize * BlockCount) + Pages.Size - 1) / Pages.Size;
        var occupied = new bool[used];
        foreach (nint block in live)
        {
            nint offset = block - Start;
            if (offset >= 0 && offset < Bytes)
            {
                for (nint page = offset / Pages.Size; page <= (offset + BlockSize - 1) / Pages.Size; page++)
                {
                    occupied[page] = true;
                }
            }
        }

        List<nint> pages = [];
        for (int page = 0; page < used; page++)
        {
            if (!occupied[page])
            {
                pages.Add(Start + ((nint)page * Pages.Size));
            }
        }

        return pages;
    }
}
