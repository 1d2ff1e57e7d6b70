using BitSlab.Core;

namespace BitSlab.Explorer.Simulated;

/// <summary>Names for the words of the core, for reports.</summary>
internal static unsafe class Names
{
    public static string Describe(Reservation* reservation, Allocator* allocator, nint address)
    {
        byte* at = (byte*)address;
        nuint slices = reservation->Bytes >> Layout.SliceShift;
        if (at >= (byte*)reservation->Slabs && at < (byte*)(reservation->Slabs + slices))
        {
            long inTable = at - (byte*)reservation->Slabs;
            return $"slab {inTable >> 7} {SlabField((int)(inTable & 127))}";
        }

        if (at >= reservation->FreeWords && at < reservation->FreeWords + (2 * reservation->RemoteDistance))
        {
            bool isRemote = at >= reservation->FreeWords + reservation->RemoteDistance;
            byte* word = isRemote ? at - reservation->RemoteDistance : at;
            string name = $"{(isRemote ? "remote" : "free")} word at {word - reservation->FreeWords:x}";
            for (nuint k = 0; k < Layout.SlicesPerChunk; k++)
            {
                Slab* slab = reservation->Slabs + k;
                if (slab->First == slab && word >= (byte*)slab->FreeWords && word < (byte*)(slab->FreeWords + slab->WordCount))
                {
                    name += $" (slab {k})";
                }
            }

            return name;
        }

        nuint offset = unchecked((nuint)at - reservation->Base);
        if (offset < reservation->Bytes)
        {
            return $"block at {offset:x}";
        }

        int heapNumber = 0;
        for (ThreadHeap* heap = allocator->Heaps; heap != null && heapNumber < 8; heap = heap->NextHeap, heapNumber++)
        {
            if (at >= (byte*)heap && at < (byte*)heap + ThreadHeap.Bytes(heap->ClassCount))
            {
                return $"heap {heapNumber} {HeapField((int)(at - (byte*)heap))}";
            }
        }

        return at == (byte*)&allocator->ChunkLock ? "chunk lock"
            : at == (byte*)&allocator->LadderLock ? "ladder lock"
            : at == (byte*)&allocator->LadderNumber ? "ladder number"
            : at == (byte*)&reservation->TimerRuns ? "timer runs"
            : at == (byte*)&allocator->Committed ? "committed"
            : at == (byte*)&allocator->InvalidFrees ? "invalid frees"
            : at == (byte*)&allocator->Heaps ? "heaps"
            : at == (byte*)&reservation->Lock ? "reservation lock"
            : at == (byte*)&reservation->ZeroWord ? "zero word"
            : $"{address:x}";
    }

    private static string SlabField(int offset) => offset switch
    {
        0 => "local owner",
        24 => "in list",
        62 => "kind",
        64 => "remote summary",
        72 => "ready next",
        _ => $"+{offset}",
    };

    private static string HeapField(int offset) => offset switch
    {
        0 => "owner word",
        24 => "next heap",
        56 => "claim",
        64 => "owner inside",
        68 => "fault count",
        156 => "burst left",
        _ => $"+{offset}",
    };
}
