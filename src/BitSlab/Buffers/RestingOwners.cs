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
internal sealed class RestingOwners<T>
    where T : unmanaged
{
    /// <summary>How many have to come behind an owner, and one more, before it is used again.</summary>
    public const int LeastBehind = 1_024;

    private const int RingLength = 2 * LeastBehind;
    private const int BatchLength = LeastBehind / 2;

    // Some 400 KiB of owners. A thread that disposes more than others rent leaves the rest to the collector.
    private const int MostBatches = 16;

    // What is handed from thread to thread, oldest first, and the arrays that are empty. Both under the first one's lock.
    private static readonly Queue<SlabMemoryOwner<T>[]> s_batches = new();
    private static readonly Stack<SlabMemoryOwner<T>[]> s_empty = new();

    [ThreadStatic]
    private static RestingOwners<T>? t_own;

    // Places that were taken from and put to, ever; the ring holds those between.
    private readonly SlabMemoryOwner<T>[] _ring = new SlabMemoryOwner<T>[RingLength];
    private uint _taken;
    private uint _put;

    // From other threads: these have had their rest.
    private SlabMemoryOwner<T>[]? _batch;
    private int _batchLeft;

    /// <summary>One that has had its rest; null when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SlabMemoryOwner<T>? Take()
    {
        RestingOwners<T>? own = t_own;
        return own != null && unchecked(own._put - own._taken) > LeastBehind ? own.At(unchecked(own._taken++)) : TakeSlow(own);
    }

    /// <summary>Takes an owner that was disposed, by this thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(SlabMemoryOwner<T> owner)
    {
        RestingOwners<T>? own = t_own;
        if (own == null || unchecked(own._put - own._taken) == RingLength)
        {
            own = MakeRoom(own);
        }

        own.At(unchecked(own._put++)) = owner;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SlabMemoryOwner<T>? TakeSlow(RestingOwners<T>? own)
    {
        own ??= t_own = new RestingOwners<T>();
        if (own._batchLeft == 0 && !own.TryGetBatch())
        {
            return null;
        }

        return own._batch![--own._batchLeft];
    }

    // Another thread's surplus, against the array that this one has used up.
    private bool TryGetBatch()
    {
        lock (s_batches)
        {
            if (!s_batches.TryDequeue(out SlabMemoryOwner<T>[]? batch))
            {
                return false;
            }

            if (_batch != null)
            {
                s_empty.Push(_batch);
            }

            _batch = batch;
        }

        _batchLeft = BatchLength;
        return true;
    }

    // Gives the oldest to others: behind the last of them come thrice as many.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RestingOwners<T> MakeRoom(RestingOwners<T>? own)
    {
        if (own == null)
        {
            return t_own = new RestingOwners<T>();
        }

        lock (s_batches)
        {
            if (s_batches.Count < MostBatches)
            {
                SlabMemoryOwner<T>[] batch = s_empty.TryPop(out SlabMemoryOwner<T>[]? empty) ? empty : new SlabMemoryOwner<T>[BatchLength];
                for (int i = 0; i < BatchLength; i++)
                {
                    batch[i] = own.At(unchecked(own._taken + (uint)i));
                }

                s_batches.Enqueue(batch);
            }
        }

        own._taken = unchecked(own._taken + BatchLength);
        return own;
    }

    // Within the ring, whose length is a power of two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref SlabMemoryOwner<T> At(uint place) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ring), (nint)(place % RingLength));
}
