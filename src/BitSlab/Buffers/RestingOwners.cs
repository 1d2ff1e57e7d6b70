using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BitSlab.Buffers;

/// <summary>
/// Owners that were disposed, of all pools of an element type, by the thread that disposed them: first in, first out, and none before more
/// than <see cref="LeastBehind"/> others have come behind it. What one thread has too many of, others take, in batches.
/// </summary>
/// <typeparam name="T">The elements' type.</typeparam>
internal sealed unsafe class RestingOwners<T>
    where T : unmanaged
{
    /// <summary>How many have to come behind an owner, and one more, before it is used again.</summary>
    public const int LeastBehind = OwnerRing.Length / 2;

    private const int BatchLength = LeastBehind / 2;

    // Some 400 KiB of owners. A thread that disposes more than others rent leaves the rest to the collector.
    private const int MostBatches = 16;

    // What is handed from thread to thread, oldest first, and the arrays that are empty. Both under the first one's lock.
    private static readonly Queue<SlabMemoryOwner<T>[]> s_batches = new();
    private static readonly Stack<SlabMemoryOwner<T>[]> s_empty = new();

    // Pinned, and kept by the thread's static for as long as the thread may follow the pointer to them.
    private readonly SlabMemoryOwner<T>[] _places = GC.AllocateArray<SlabMemoryOwner<T>>(OwnerRing.Length, pinned: true);
    private readonly OwnerRing[] _ring = GC.AllocateArray<OwnerRing>(1, pinned: true);

    private RestingOwners() => _ring[0].Places = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(_places, 0);

    /// <summary>The calling thread's ring; null until it has one.</summary>
    public static OwnerRing* Ring => OfThread.t_ring;

    /// <summary>The same, made where it was null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OwnerRing* Ensure(OwnerRing* ring) => ring != null ? ring : Create();

    /// <summary>The oldest in the thread's ring, which has more than <see cref="LeastBehind"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SlabMemoryOwner<T> Take(OwnerRing* ring) => At(ring, unchecked(ring->Taken++));

    /// <summary>Puts an owner that was disposed into the thread's ring, which is not full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(OwnerRing* ring, SlabMemoryOwner<T> owner) => At(ring, unchecked(ring->Put++)) = owner;

    /// <summary>One that has had its rest, perhaps on another thread; null when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SlabMemoryOwner<T>? TryTake(OwnerRing* ring)
    {
        if (ring->Count <= LeastBehind)
        {
            TakeBatches(ring);
        }

        return ring->Count > LeastBehind ? Take(ring) : null;
    }

    /// <summary>Gives the oldest of a full ring to others: behind the last of them come thrice as many.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MakeRoom(OwnerRing* ring)
    {
        lock (s_batches)
        {
            if (s_batches.Count < MostBatches)
            {
                SlabMemoryOwner<T>[] batch = s_empty.TryPop(out SlabMemoryOwner<T>[]? empty) ? empty : new SlabMemoryOwner<T>[BatchLength];
                for (int i = 0; i < BatchLength; i++)
                {
                    batch[i] = At(ring, unchecked(ring->Taken + (uint)i));
                }

                s_batches.Enqueue(batch);
            }
        }

        ring->Taken = unchecked(ring->Taken + BatchLength);
    }

    // Once for a thread: an allocator's event handler may have rented since it had none.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OwnerRing* Create()
    {
        if (OfThread.t_ring == null)
        {
            OfThread.t_own = new RestingOwners<T>();
            OfThread.t_ring = (OwnerRing*)Marshal.UnsafeAddrOfPinnedArrayElement(OfThread.t_own._ring, 0);
        }

        return OfThread.t_ring;
    }

    // In front of the thread's own, which have to rest still.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TakeBatches(OwnerRing* ring)
    {
        lock (s_batches)
        {
            while (ring->Count <= LeastBehind && s_batches.TryDequeue(out SlabMemoryOwner<T>[]? batch))
            {
                for (int i = BatchLength - 1; i >= 0; i--)
                {
                    At(ring, unchecked(--ring->Taken)) = batch[i];
                }

                s_empty.Push(batch);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref SlabMemoryOwner<T> At(OwnerRing* ring, uint place) =>
        ref Unsafe.Add(ref Unsafe.AsRef<SlabMemoryOwner<T>>(ring->Places), (nint)(place % OwnerRing.Length));

    // A thread static that is a pointer costs fewer dependent loads than one that the GC has to see. Apart: a class with a static
    // constructor would be asked on each access whether that has run.
    private static class OfThread
    {
        [ThreadStatic]
        public static OwnerRing* t_ring;

        [ThreadStatic]
        public static RestingOwners<T>? t_own;
    }
}
