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
/// ring of slabs with room. Never unmapped: stale looks at it are harmless.
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

    // ---- second line: written by other threads ----

    /// <summary>The ready stack: slabs with remote bits. Pushed by compare-and-swap, emptied by one exchange, so no ABA.</summary>
    [FieldOffset(64)]
    public Slab* Ready;

    // ---- third line: the owner's ----

    /// <summary>The owner's side of the <see cref="HeapLock"/>, which guards the current slabs, the rings, popping the ready stack, and give-back.</summary>
    [FieldOffset(128)]
    public int OwnerInside;

    /// <summary>Faults found at collection that the owner has not heard of; under the lock, polled without.</summary>
    [FieldOffset(132)]
    public int FaultCount;

    [FieldOffset(136)]
    public fixed ulong Faults[FaultCapacity];

    public static nuint Bytes(int classCount) =>
        (nuint)HeaderBytes + ((nuint)classCount * (nuint)(sizeof(ClassEntry) + sizeof(Slab*)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassEntry* Entry(ThreadHeap* heap, nuint sizeClass) =>
        (ClassEntry*)((byte*)heap + HeaderBytes) + sizeClass;

    /// <summary>The first in the ring of slabs with room of a class; null when there is none. Under the lock.</summary>
    public static Slab** WithRoom(ThreadHeap* heap, nuint sizeClass) =>
        (Slab**)(Entry(heap, (nuint)heap->ClassCount)) + sizeClass;

    /// <summary>Points every entry at the zero word: each class starts, or ends, on the slow path.</summary>
    public static void PointAtNothing(ThreadHeap* heap)
    {
        Reservation* reservation = heap->Allocator->Reservation;
        for (int c = 0; c < heap->ClassCount; c++)
        {
            ClassEntry* entry = Entry(heap, (nuint)c);
            entry->Word = &reservation->ZeroWord;
            entry->WordBase = null;
            entry->BlockSize = 0;
            entry->Slab = &reservation->EmptySlab;
            *WithRoom(heap, (nuint)c) = null;
        }
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
