using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>What the fast path of one size class needs, in half a cache line.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ClassEntry
{
    /// <summary>
    /// The bitmap word in use, or a word that is always zero, which sends every allocation the slow way. Written by the owner,
    /// and by reset and disposal, which may not run beside a call; read once by the fast path.
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
/// The part of an allocator that one thread owns. Behind this header stand the class entries, then for each class the
/// ring of slabs with room and the words that are next, and, on lines of their own since other threads write there, their ready stacks. Never unmapped: stale looks at it are harmless.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = HeaderBytes)]
internal unsafe struct ThreadHeap
{
    public const int HeaderBytes = 192;

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

    /// <summary>Copied from the allocator, for handles: sizes up to the limit go by the linear classes, on the fast path.</summary>
    [FieldOffset(40)]
    public uint LinearLimit;

    [FieldOffset(44)]
    public int GranularityShift;

    /// <summary>Copied from the allocator: the largest size that slabs serve.</summary>
    [FieldOffset(48)]
    public uint MaxManaged;

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

    public static nuint Bytes(int classCount) =>
        (nuint)HeaderBytes + Layout.CacheLine + ((nuint)classCount * (nuint)(sizeof(ClassEntry) + (3 * sizeof(ulong))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassEntry* Entry(ThreadHeap* heap, nuint sizeClass) =>
        (ClassEntry*)((byte*)heap + HeaderBytes) + sizeClass;

    /// <summary>The first in the ring of slabs with room of a class; null when there is none. Under the lock.</summary>
    public static Slab** WithRoom(ThreadHeap* heap, nuint sizeClass) =>
        (Slab**)(Entry(heap, (nuint)heap->ClassCount)) + sizeClass;

    /// <summary>
    /// The words of the class's current slab that had a free block when the owner last looked at all of them, less those that it has been to
    /// since. When none is left it looks again.
    /// </summary>
    public static ulong* Ahead(ThreadHeap* heap, nuint sizeClass) => (ulong*)WithRoom(heap, (nuint)heap->ClassCount) + sizeClass;

    /// <summary>
    /// The class's ready stack: slabs with remote bits. Pushed by compare-and-swap, emptied by one exchange, so no ABA. One for each class, so
    /// that a class that ran dry collects what it can use, many blocks at once, and not a few of each.
    /// </summary>
    public static Slab** Ready(ThreadHeap* heap, nuint sizeClass) =>
        (Slab**)Reservation.RoundUp((nuint)Ahead(heap, (nuint)heap->ClassCount), Layout.CacheLine) + sizeClass;

    /// <summary>Has the heap hold nothing: each class starts, or ends, on the slow path.</summary>
    public static void PointAtNothing(ThreadHeap* heap)
    {
        for (int c = 0; c < heap->ClassCount; c++)
        {
            DropCurrent(heap, (nuint)c);
            *WithRoom(heap, (nuint)c) = null;
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
        *Ahead(heap, sizeClass) = 0;
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
