using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Core;

namespace BitSlab.Threads;

/// <summary>The calling thread's heaps, one for each allocator that it uses.</summary>
internal static unsafe class ThreadHeaps
{
    /// <summary>The thread's heap of the shared allocator; null until it first allocates there.</summary>
    [ThreadStatic]
    public static ThreadHeap* t_shared;

    /// <summary>
    /// The thread's heaps by allocator slot; zero where it has none. Cleared by the allocator's disposal. The elements of the record's array,
    /// which does not move: a thread static that is a pointer costs three dependent loads less than one that the GC has to see.
    /// </summary>
    [ThreadStatic]
    private static nint* t_table;

    [ThreadStatic]
    private static int t_tableLength;

    [ThreadStatic]
    private static ThreadState? t_state;

    /// <summary>The calling thread's token; 0 when it owns no heap.</summary>
    public static ulong CurrentToken => t_state == null ? 0 : t_state.Record.Token;

    /// <summary>The thread's heap in a slot; null when it has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadHeap* Lookup(int slot) => (uint)slot < (uint)t_tableLength ? (ThreadHeap*)t_table[slot] : null;

    /// <summary>
    /// The thread's heap of an allocator: the one it has, else one that a finished thread left, else a new one. Null with the reason
    /// when memory or the limit is exhausted.
    /// </summary>
    public static ThreadHeap* Acquire(Allocator* allocator, AllocStatus* status)
    {
        *status = AllocStatus.Ok;
        ThreadHeap* heap = Lookup(allocator->Slot);
        if (heap != null)
        {
            return heap;
        }

        // All that may fail, and all that ends the heap with its thread, comes before the thread has a heap.
        t_state ??= new ThreadState(ThreadRegistry.Register());
        ThreadRecord record = t_state.Record;
        nint[] table = ThreadRegistry.EnsureTable(record, allocator->Slot);
        t_table = (nint*)Marshal.UnsafeAddrOfPinnedArrayElement(table, 0);
        t_tableLength = table.Length;

        heap = Lifetime.AdoptOrphan(allocator, record.Token);
        if (heap == null)
        {
            ThreadRegistry.OrphanHeapsOfDeadThreads();
            heap = Lifetime.AdoptOrphan(allocator, record.Token);
        }

        if (heap == null)
        {
            heap = Lifetime.CreateHeap(allocator, record.Token, FindRecycled(allocator, record), status);
        }

        if (heap != null)
        {
            t_table[allocator->Slot] = (nint)heap;
            if (allocator->Slot == SlabAllocator.SharedSlot)
            {
                t_shared = heap;
            }

            SlabMetrics.EnsureCreated();
        }

        return heap;
    }

    // A disposed allocator's heap structure serves its thread again, or, when that has ended, any. Not another's while that lives: a
    // handle there may be about to look at it.
    private static ThreadHeap* FindRecycled(Allocator* allocator, ThreadRecord record)
    {
        const int Looks = 4;
        Reservation* reservation = allocator->Reservation;
        for (int i = 0; i < Looks; i++)
        {
            ThreadHeap* heap = Lifetime.TakeRecycled(reservation);
            if (heap == null)
            {
                return null;
            }

            if (heap->ClassCount == allocator->ClassCount
                && (heap->LastOwner == record.Token || !ThreadRegistry.IsAlive(heap->LastOwner)))
            {
                return heap;
            }

            Lifetime.Recycle(reservation, heap);
        }

        return null;
    }

    /// <summary>Lives as long as its thread: reachable through a thread static only. Its finalizer orphans the thread's heaps.</summary>
    private sealed class ThreadState(ThreadRecord record)
    {
        ~ThreadState()
        {
            // A finalizer also runs when the constructor did not.
            if (Record != null)
            {
                ThreadRegistry.End(Record);
            }
        }

        public ThreadRecord Record { get; } = record;
    }
}
