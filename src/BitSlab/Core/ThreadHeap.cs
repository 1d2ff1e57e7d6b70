using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>What the fast path of one size class needs, in half a cache line.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ClassEntry
{
    /// <summary>
    /// The bitmap word in use, or a word that is always zero, which sends every allocation the slow way. Written by the owner; by reset and disposal,
    /// which may not run beside a call; and by maintenance, which only ever puts the zero word here. Read once by the fast path.
    /// </summary>
    public ulong* Word;

    /// <summary>The block of the word's lowest bit.</summary>
    public byte* WordBase;

    /// <summary>The class's block size.</summary>
    public ulong BlockSize;

    /// <summary>The current slab, or the reservation's empty one. Under the heap's lock, and the owner reads it without.</summary>
    public Slab* Slab;
}

/// <summary>
/// The part of an allocator that one thread owns. Behind this header stand the class entries, then for each class the words that are next,
/// the ring of slabs with room, and the block size, and, on lines of their own since other threads write there, the ready stacks. Never unmapped:
/// stale looks at it are harmless.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = HeaderBytes)]
internal unsafe struct ThreadHeap
{
    public const int HeaderBytes = CoarseAt + (CoarseSteps * sizeof(ushort));

    /// <summary>Sizes up to this one find their class by one look: the fast path.</summary>
    public const uint DirectBytes = 1024;

    /// <summary>What <see cref="ClassOf(ThreadHeap*, nuint, nuint)"/> says where no class serves.</summary>
    public const uint NoClass = 0xFFFF_FFFF;

    private const int DirectAt = 192;
    private const int CoarseAt = DirectAt + ((int)DirectBytes * sizeof(ushort));
    public const int CoarseShift = 7;
    private const int CoarseSteps = 32_768 >> CoarseShift;

    /// <summary>How many faults found at collection are kept until the owner hears of them; more are counted only.</summary>
    public const int FaultCapacity = 7;

    /// <summary>Values of <see cref="OwnerWord"/> that are no token.</summary>
    public const ulong Orphan = 1;

    /// <summary>Maintenance acts as the owner of an orphaned heap.</summary>
    public const ulong Maintenance = 2;

    /// <summary>The allocator is gone.</summary>
    public const ulong Disposed = 3;

    // ---- first line: hardly ever written; freers on other threads read it, too ----

    /// <summary>
    /// Who owns the heap: a thread's token, which never repeats, or one of the constants. Every change is a compare-and-swap
    /// from the exact old value, so that a late finalizer or a stale look fails.
    /// </summary>
    [FieldOffset(0)]
    public ulong OwnerWord;

    [FieldOffset(8)]
    public Allocator* Allocator;

    /// <summary>The thread that last owned a disposed heap.</summary>
    [FieldOffset(16)]
    public ulong LastOwner;

    /// <summary>The allocator's next heap; append-only, read without a lock.</summary>
    [FieldOffset(24)]
    public ThreadHeap* NextHeap;

    /// <summary>The allocator's number; 0 once it is disposed. A handle compares it: the structure may serve another allocator by then.</summary>
    [FieldOffset(32)]
    public ulong AllocatorNumber;

    /// <summary>Copied from the allocator, for handles: sizes up to the limit take the fast path.</summary>
    [FieldOffset(40)]
    public uint DirectLimit;

    /// <summary>How many classes the heap's ladder has; they are the first ones.</summary>
    [FieldOffset(44)]
    public int LadderCount;

    /// <summary>Copied from the allocator: the largest size that slabs serve.</summary>
    [FieldOffset(48)]
    public uint MaxManaged;

    /// <summary>
    /// How many classes there is room for. Where ladders change the last stands for block sizes that the ladder has no more: it has no current
    /// slab, and its slabs stay until they are empty.
    /// </summary>
    [FieldOffset(52)]
    public int ClassCount;

    /// <summary>The others' side of the <see cref="HeapLock"/>: 1 while another than the owner is inside, or wants to be.</summary>
    [FieldOffset(56)]
    public int Claim;

    // ---- second line: the owner's ----

    /// <summary>The owner's side of the <see cref="HeapLock"/>, which guards the current slabs, the rings, popping the ready stack, and give-back.</summary>
    [FieldOffset(64)]
    public int OwnerInside;

    /// <summary>Faults found at collection that the owner has not heard of; under the lock, polled without.</summary>
    [FieldOffset(68)]
    public int FaultCount;

    [FieldOffset(72)]
    public fixed ulong Faults[FaultCapacity];

    // ---- third line: the owner's, written by each allocation ----

    /// <summary>
    /// The block that was allocated last, or null. Not null, its slab is current. A free of it, before its word changes again, puts the word
    /// back as it was: an allocation and its free, one behind the other, then need not wait for what the address is worked out to be.
    /// </summary>
    [FieldOffset(128)]
    public void* LastBlock;

    /// <summary>The word that <see cref="LastBlock"/> was taken from.</summary>
    [FieldOffset(136)]
    public ulong* LastWord;

    /// <summary>What that word was before; the block is its lowest bit.</summary>
    [FieldOffset(144)]
    public ulong LastFree;

    /// <summary>How many frees went out of line because remote bits were pending.</summary>
    [FieldOffset(152)]
    public uint HinderedFrees;

    /// <summary>
    /// How many allocations are still to be sampled, see <see cref="Sampling"/>; not 0 sends all that leave the fast path to where that is done. From 0 up by
    /// maintenance, under the gate; down by the owner.
    /// </summary>
    [FieldOffset(156)]
    public int BurstLeft;

    /// <summary>Which of the allocator's ladders the heap has; the owner's.</summary>
    [FieldOffset(160)]
    public ulong LadderNumber;

    // ---- then: the way from a size to its class, the owner's; each says for a size less one ----

    /// <summary>For sizes up to <see cref="DirectBytes"/>: where the class's entry stands, in bytes from the heap's start.</summary>
    [FieldOffset(DirectAt)]
    public fixed ushort Direct[(int)DirectBytes];

    /// <summary>For each 128 bytes: the class of the smallest size in them.</summary>
    [FieldOffset(CoarseAt)]
    public fixed ushort Coarse[CoarseSteps];

    public static nuint Bytes(int classCount) =>
        (nuint)HeaderBytes + Layout.CacheLine
        + ((nuint)classCount * (nuint)(sizeof(ClassEntry) + (3 * sizeof(ulong)) + sizeof(ushort)));

    /// <summary>The entry of the class that serves a size, from 1 to <see cref="DirectLimit"/>, given less one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassEntry* EntryFor(ThreadHeap* heap, nuint last) => (ClassEntry*)((byte*)heap + heap->Direct[last]);

    /// <summary>The entry of the class that serves a size, from 1 up to the ladder's largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassEntry* EntryOf(ThreadHeap* heap, uint size)
    {
        uint last = size - 1;
        if (last < DirectBytes)
        {
            return EntryFor(heap, last);
        }

        uint sizeClass = heap->Coarse[last >> CoarseShift];
        ushort* sizes = BlockSizes(heap);
        while (sizes[sizeClass] < size)
        {
            sizeClass++;
        }

        return Entry(heap, sizeClass);
    }

    /// <summary>Which class an entry is of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ClassOf(ThreadHeap* heap, ClassEntry* entry) =>
        (uint)(((nuint)entry - (nuint)Entry(heap, 0)) / (nuint)sizeof(ClassEntry));

    /// <summary>The class of a size from 1 up to the ladder's largest.</summary>
    public static uint ClassOf(ThreadHeap* heap, uint size) => ClassOf(heap, EntryOf(heap, size));

    /// <summary>
    /// The smallest class that serves a size with an alignment, a power of two: its block size is a multiple, and slabs begin at slices.
    /// <see cref="NoClass"/> for those that slabs do not serve. Not for 0 bytes.
    /// </summary>
    public static uint ClassOf(ThreadHeap* heap, nuint bytes, nuint alignment)
    {
        ushort* sizes = BlockSizes(heap);
        uint count = (uint)heap->LadderCount;
        nuint most = sizes[count - 1];
        if (bytes > heap->MaxManaged || alignment > most || Reservation.RoundUp(bytes, alignment) > most)
        {
            return NoClass;
        }

        uint sizeClass = ClassOf(heap, (uint)Reservation.RoundUp(bytes, alignment));
        while ((sizes[sizeClass] & (alignment - 1)) != 0)
        {
            if (++sizeClass == count)
            {
                return NoClass;
            }
        }

        return sizeClass;
    }

    /// <summary>Takes over a ladder. Its slabs' classes are another's then: there are none, or <see cref="LadderChange"/> sees to them.</summary>
    public static void SetLadder(ThreadHeap* heap, SizeLadder* ladder)
    {
        ushort* sizes = BlockSizes(heap);
        for (int c = 0; c < ladder->Count; c++)
        {
            sizes[c] = ladder->BlockSizes[c];
        }

        heap->LadderCount = ladder->Count;
        uint most = sizes[ladder->Count - 1];
        uint sizeClass = 0;
        for (uint last = 0; last < uint.Min(most, DirectBytes); last++)
        {
            sizeClass += sizes[sizeClass] <= last ? 1u : 0;
            heap->Direct[last] = (ushort)(HeaderBytes + (sizeClass * (uint)sizeof(ClassEntry)));
        }

        sizeClass = 0;
        for (uint step = 0; step << CoarseShift < most; step++)
        {
            while (sizes[sizeClass] <= step << CoarseShift)
            {
                sizeClass++;
            }

            heap->Coarse[step] = (ushort)sizeClass;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassEntry* Entry(ThreadHeap* heap, nuint sizeClass) =>
        (ClassEntry*)((byte*)heap + HeaderBytes) + sizeClass;

    /// <summary>The first in the ring of slabs with room of a class; null when there is none. Under the lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slab** WithRoom(ThreadHeap* heap, nuint sizeClass) =>
        (Slab**)(Aheads(heap) + heap->ClassCount) + sizeClass;

    /// <summary>
    /// The words of the class's current slab that had a free block when the owner last looked at all of them, less those that it has been to
    /// since. When none is left it looks again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong* Ahead(ThreadHeap* heap, ClassEntry* entry) => Aheads(heap) + ClassOf(heap, entry);

    /// <summary>The block sizes of the ladder, by class; behind them nothing of meaning.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort* BlockSizes(ThreadHeap* heap) => (ushort*)WithRoom(heap, (nuint)heap->ClassCount);

    /// <summary>
    /// The class's ready stack: slabs with remote bits. Pushed by compare-and-swap, emptied by one exchange, so no ABA. One for each class, so
    /// that a class that ran dry collects what it can use, many blocks at once, and not a few of each.
    /// </summary>
    public static Slab** Ready(ThreadHeap* heap, nuint sizeClass) =>
        (Slab**)Reservation.RoundUp((nuint)(BlockSizes(heap) + heap->ClassCount), Layout.CacheLine) + sizeClass;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong* Aheads(ThreadHeap* heap) => (ulong*)Entry(heap, (nuint)heap->ClassCount);

    /// <summary>Has the heap hold nothing: each class starts, or ends, on the slow path.</summary>
    public static void PointAtNothing(ThreadHeap* heap)
    {
        for (int c = 0; c < heap->ClassCount; c++)
        {
            DropCurrent(heap, (nuint)c);
            *WithRoom(heap, (nuint)c) = null;

            // Atomic: a misuse in flight may push at the same time.
            Atomic.Exchange((void**)Ready(heap, (nuint)c), null);
        }
    }

    /// <summary>Has a class without a current slab: its entry points at the zero word.</summary>
    public static void DropCurrent(ThreadHeap* heap, nuint sizeClass)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        ClassEntry* entry = Entry(heap, sizeClass);
        entry->Word = &reservation->ZeroWord;
        entry->WordBase = null;
        entry->BlockSize = 0;
        entry->Slab = &reservation->EmptySlab;
        *Ahead(heap, entry) = 0;
        heap->LastBlock = null;
    }

    /// <summary>
    /// Links a slab behind the others of its class that have room: the longer it waits, the more blocks are freed in it, and the more
    /// allocations it then serves. Under the lock.
    /// </summary>
    public static void Link(ThreadHeap* heap, Slab* slab)
    {
        Slab** head = WithRoom(heap, slab->Class);
        Slab* first = *head;
        if (first == null)
        {
            slab->Next = slab;
            slab->Previous = slab;
            *head = slab;
            return;
        }

        slab->Next = first;
        slab->Previous = first->Previous;
        first->Previous->Next = slab;
        first->Previous = slab;
    }

    /// <summary>Takes a linked slab off its list. Under the lock.</summary>
    public static void Unlink(ThreadHeap* heap, Slab* slab)
    {
        Slab** head = WithRoom(heap, slab->Class);
        if (slab->Next == slab)
        {
            *head = null;
            return;
        }

        slab->Previous->Next = slab->Next;
        slab->Next->Previous = slab->Previous;
        if (*head == slab)
        {
            *head = slab->Next;
        }
    }
}
