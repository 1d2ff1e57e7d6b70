using System.Runtime.CompilerServices;
using System.Threading;

namespace BitSlab.Core;

/// <summary>
/// Every access to a word that two threads may share. Each use has its memory-order reason beside it. Named so, and in
/// one place, because the explorer of the test suite compiles the core against a version of this class that lets a
/// scheduler choose who runs next and delays plain stores as a weakly ordered machine may.
/// </summary>
/// <remarks>
/// What is stored through this class is loaded through it, too. .NET's Interlocked operations are full barriers; plain pointer-sized loads and stores do not tear.
/// <para>
/// On 32 bits, plain loads and stores of 64 are two accesses; all others here are one there, too: .NET's Volatile and Interlocked are, and so is what the native
/// library has in their place. So a plain load is right of words that only this thread writes, or nobody now: the owner's free words, and all under a standstill. And a
/// plain store where whoever reads meanwhile asks for single bits, each of which is in one half, and where nobody may take the memory away between the halves: the
/// owner takes a block of its current slab, or of one under the heap's lock; or frees one under that lock; or no block is valid yet. A free without the lock is a
/// store with release, not for its order alone: were it two accesses, the slab could be seen whole after the first, given back and cut anew before the second.
/// </para>
/// </remarks>
internal static unsafe class Atomic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(ulong* word) => *word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ulong* word, ulong value) => *word = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadAcquire(ulong* word) => Volatile.Read(ref *word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ulong* word, ulong value) => Volatile.Write(ref *word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LoadAcquire(byte* cell) => Volatile.Read(ref *cell);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(byte* cell, byte value) => Volatile.Write(ref *cell, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* LoadAcquire(void** pointer) => (void*)Volatile.Read(ref *(nint*)pointer);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Load(void** pointer) => *pointer;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(void** pointer, void* value) => *pointer = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(void** pointer, void* value) => Volatile.Write(ref *(nint*)pointer, (nint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Load(int* cell) => *cell;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LoadAcquire(int* cell) => Volatile.Read(ref *cell);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(int* cell, int value) => Volatile.Write(ref *cell, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Load(long* cell) => *cell;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LoadAcquire(long* cell) => Volatile.Read(ref *cell);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(long* cell, long value) => Volatile.Write(ref *cell, value);

    /// <summary>Sets bits; returns the old value. Full barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Or(ulong* word, ulong bits) => Interlocked.Or(ref *word, bits);

    /// <summary>Full barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange(ulong* word, ulong value) => Interlocked.Exchange(ref *word, value);

    /// <summary>Full barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Exchange(void** pointer, void* value) => (void*)Interlocked.Exchange(ref *(nint*)pointer, (nint)value);

    /// <summary>Full barrier. True when the word was <paramref name="expected"/> and is now <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CompareExchange(ulong* word, ulong value, ulong expected) =>
        Interlocked.CompareExchange(ref *word, value, expected) == expected;

    /// <summary>Full barrier. True when the pointer was <paramref name="expected"/> and is now <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CompareExchange(void** pointer, void* value, void* expected) =>
        Interlocked.CompareExchange(ref *(nint*)pointer, (nint)value, (nint)expected) == (nint)expected;

    /// <summary>Full barrier. True when the cell was <paramref name="expected"/> and is now <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CompareExchange(int* cell, int value, int expected) =>
        Interlocked.CompareExchange(ref *cell, value, expected) == expected;

    /// <summary>Adds; returns the new value. Full barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Add(long* cell, long value) => Interlocked.Add(ref *cell, value);

    /// <summary>Full barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence() => Interlocked.MemoryBarrier();
}
