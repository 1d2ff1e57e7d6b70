using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>What stands in a slice. Zero is what an untouched table reads as.</summary>
internal enum SliceKind : byte
{
    /// <summary>No block ever stood here.</summary>
    None = 0,

    /// <summary>A slab stands here.</summary>
    Slab = 1,

    /// <summary>One large block stands here.</summary>
    Large = 2,

    /// <summary>A slab stood here and was given back: all its blocks had been freed.</summary>
    FreedSlab = 3,

    /// <summary>A large block stood here and was freed.</summary>
    FreedLarge = 4,

    /// <summary>What stood here went with its allocator's reset or disposal.</summary>
    Stale = 5,
}

/// <summary>
/// The descriptor of a slice, in a flat table: the address of a block gives its slice, the slice its descriptor. The
/// first cache line is what a free reads; it is copied into each slice of a slab, which spares a dependent load. The second
/// line is used in the first slice's descriptor only, which stands for the slab (or large block) as a whole.
/// </summary>
/// <remarks>Descriptors are never unmapped: a look at a wrong one is harmless, and every look that matters is verified.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct Slab
{
    /// <summary>
    /// The heap whose thread may free here on the fast path: <see cref="Heap"/>, or <see cref="NoHeap"/> while remote bits
    /// may be pending (so that the owner's free tests them too), and where no slab stands. Per slice.
    /// </summary>
    [FieldOffset(0)]
    public ThreadHeap* LocalOwner;

    /// <summary>The slab's bitmap: 1 = free, 0 = occupied or no block. Written by the owner only. Constant while the slab stands.</summary>
    [FieldOffset(8)]
    public ulong* FreeWords;

    /// <summary>The descriptor of the slab's first slice. Constant while the slab stands.</summary>
    [FieldOffset(16)]
    public Slab* First;

    /// <summary>
    /// First slice only. 1 while the slab is current or linked among those with room. Goes from 1 to 0 only on the owner's thread, when the slab
    /// was used up, or at give-back. A full slab may be linked. 0 sends a free out of line, which links the slab before its first bit is set. Of a large block: <see cref="LargeLive"/>, so that one
    /// compare-and-swap claims its free, or <see cref="LargeResizing"/>; no value of a slab's, so that a free that comes late claims none.
    /// </summary>
    [FieldOffset(24)]
    public int InList;

    /// <summary>
    /// First slice only. A word that is wholly free reads as this, or, the last word, as <see cref="WholeLastWord"/>. Both
    /// are 0, which no word is after a free, while the slab is current: a free there need not ask whether the slab is empty.
    /// </summary>
    [FieldOffset(32)]
    public ulong WholeWord;

    /// <summary>First slice only. See <see cref="WholeWord"/>.</summary>
    [FieldOffset(40)]
    public ulong WholeLastWord;

    /// <summary>Where the first block stands: the low 32 bits of its address.</summary>
    [FieldOffset(48)]
    public uint Start;

    /// <summary>The inverse, modulo 2^32, of the block size's odd part. See <see cref="IndexOf"/>.</summary>
    [FieldOffset(52)]
    public uint Inverse;

    /// <summary>How many blocks the slab has, at most 4,096. The tail behind the last block is no block.</summary>
    [FieldOffset(56)]
    public uint BlockCount;

    /// <summary>The size of each block in bytes, at most 32 KiB rounded up to an alignment; 0 where no slab ever stood.</summary>
    [FieldOffset(60)]
    public ushort BlockSize;

    /// <summary>A <see cref="SliceKind"/>: valid last at birth, invalid first at give-back, so that misuse sees no mixture.</summary>
    [FieldOffset(62)]
    public byte Kind;

    /// <summary>The block size's power of two. See <see cref="IndexOf"/>.</summary>
    [FieldOffset(63)]
    public byte Shift;

    // ---- second line: the first slice's descriptor only, but where a field says so ----

    /// <summary>
    /// Bit w is set if remote word w may have bits. Non-zero means that the slab is, or is about to be, on its owner's ready
    /// stack; only who popped it may exchange this. So a birth leaves it alone: a misuse in flight may have set it.
    /// </summary>
    [FieldOffset(64)]
    public ulong RemoteSummary;

    /// <summary>The next slab on the ready stack; belongs to who pushes, then to who popped.</summary>
    [FieldOffset(72)]
    public Slab* ReadyNext;

    /// <summary>The owning heap: constant from birth to give-back.</summary>
    [FieldOffset(80)]
    public ThreadHeap* Heap;

    /// <summary>Next slab in the ring of those with room of the same class; under the heap's lock.</summary>
    [FieldOffset(88)]
    public Slab* Next;

    /// <summary>Previous slab in that ring; under the heap's lock.</summary>
    [FieldOffset(96)]
    public Slab* Previous;

    /// <summary>The bytes of a large block's slices that it may use.</summary>
    [FieldOffset(104)]
    public nuint LargeBytes;

    /// <summary>
    /// Of a slab: blocks from this index up were not handed out since their pages came from the OS; they are free, and read as zeros. It ends
    /// for the blocks of a word when the fast path can reach the word.
    /// </summary>
    [FieldOffset(104)]
    public uint Untouched;

    /// <summary>Of a slab: how many of its OS pages are with the OS, by <see cref="PurgedPages"/>. Under the heap's lock.</summary>
    [FieldOffset(108)]
    public ushort PurgedCount;

    /// <summary>Raised at each give-back, so that a walk sees that the slab it was in is another.</summary>
    [FieldOffset(112)]
    public uint Generation;

    /// <summary>
    /// The size class, by the ladder of the slab's heap. It changes with the ladder, under the heap's lock; without the lock it is a hint: some class.
    /// </summary>
    [FieldOffset(116)]
    public ushort Class;

    /// <summary>The word that the class entry was last pointed at, or <see cref="NoWord"/>; the owner's.</summary>
    [FieldOffset(118)]
    public byte CurrentWord;

    /// <summary>How many slices the slab or large block takes.</summary>
    [FieldOffset(119)]
    public byte SliceCount;

    /// <summary>
    /// Per slice: which of its OS pages were given back to the OS, with their permits, as holes in a slab that stands. They stay accessible;
    /// before the slab is current again their permits are taken anew. Under the heap's lock; 0 where no slab stands.
    /// </summary>
    [FieldOffset(120)]
    public ushort PurgedPages;

    /// <summary>
    /// 1 when a tick has seen the slab, and it was not current since. Nothing depends on it but when holes go: the owner's store at a turn and
    /// maintenance's, without a lock, may pass each other.
    /// </summary>
    [FieldOffset(122)]
    public byte SeenIdle;

    /// <summary>
    /// Per slice: which area of bitmap words belongs to the slice, by its first line in the words' range and its lines: line × 16 + lines; 0 for none. It
    /// stays with the slice when the slab is given back, until the chunk goes: a misuse in flight finds no other slab's words.
    /// </summary>
    [FieldOffset(124)]
    public uint Area;

    private const int DescriptorShift = 7;

    /// <summary>No slab has a word of this number; shifted by it, as by 63, no word is behind.</summary>
    public const byte NoWord = 255;

    public const int LargeLive = 2;
    public const int LargeResizing = 3;

    /// <summary>Stands in <see cref="LocalOwner"/> where no heap may free on the fast path. Not null: a new thread's heap is null.</summary>
    public static ThreadHeap* NoHeap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ThreadHeap*)1;
    }

    public readonly int WordCount => (int)(BlockCount + 63) >> 6;

    /// <summary>The slice that an address falls into, counted from address 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint SliceOf(void* block) => (nuint)block >> Layout.SliceShift;

    /// <summary>Whether a slice is in the reservation. Slices are compared: their numbers fit an instruction, addresses do not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReserved(nuint slice, nuint firstSlice, nuint sliceCount) => unchecked(slice - firstSlice) < sliceCount;

    /// <summary>The descriptor of a slice in the reservation, by <see cref="Reservation.Table"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slab* At(nuint slice, Slab* table) => (Slab*)unchecked((slice << DescriptorShift) + (nuint)table);

    /// <summary>
    /// Which of the slab's blocks begins at an address; for an address at which none begins, a number no slab has blocks for, so that one
    /// comparison with the block count tells both.
    /// </summary>
    /// <remarks>
    /// Division by multiplication with the odd part's inverse, and a rotation by the power of two (Granlund and Montgomery,
    /// "Division by Invariant Integers using Multiplication", 1994, section 9): a multiple of the size gives its quotient; the others are mapped
    /// one to one onto the numbers above the largest quotient, 2^32 / size, which is above any block count.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint IndexOf(Slab* slice, void* block) =>
        BitOperations.RotateRight(unchecked(((uint)(nuint)block - slice->Start) * slice->Inverse), slice->Shift);

    /// <summary>The inverse of an odd number modulo 2^32.</summary>
    public static uint InverseOf(uint odd)
    {
        // Right in the three lowest bits to begin with; each step doubles them.
        uint inverse = odd;
        for (int bits = 3; bits < 32; bits *= 2)
        {
            inverse = unchecked(inverse * (2 - (odd * inverse)));
        }

        return inverse;
    }

    /// <summary>The valid bits of word <paramref name="word"/>.</summary>
    public static ulong ValidBits(uint blockCount, int word)
    {
        int left = (int)blockCount - (word << 6);
        return left >= 64 ? ulong.MaxValue : left <= 0 ? 0 : (1ul << left) - 1;
    }
}
