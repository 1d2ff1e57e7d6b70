using System;
using System.Threading;
using BitSlab.Core;

namespace BitSlab.Threads;

/// <summary>What is known of a thread that owns heaps.</summary>
internal sealed class ThreadRecord(Thread thread)
{
    public Thread Thread { get; } = thread;

    /// <summary>Never repeats; its low bits are the record's place in the registry. Set once, under the lock.</summary>
    public ulong Token { get; set; }

    /// <summary>The thread's heaps by allocator slot; pinned. Replaced, and cleared by others, under the lock; entries are set by the thread.</summary>
    public nint[] Table { get; set; } = [];
}

/// <summary>
/// The threads that own heaps. .NET tells no one when a thread ends: a finalizer behind a thread static does, after some
/// collection; and a look at the threads does, whenever a heap is wanted. Either may come first, or late: ends are marked by
/// compare-and-swap from the thread's token.
/// </summary>
/// <remarks>The lock is none of the runtime's, and nothing managed is allocated under it.</remarks>
internal static unsafe class ThreadRegistry
{
    private const int IndexBits = 24;

    private static ThreadRecord?[] s_records = new ThreadRecord?[64];
    private static ulong s_sequence;

    /// <summary>Registers the calling thread.</summary>
    public static ThreadRecord Register()
    {
        ThreadRecord record = new(Thread.CurrentThread);
        while (true)
        {
            // Acquire pairs with Grow's release: the array holds what the former one held.
            ThreadRecord?[] records = Volatile.Read(ref s_records);
            Enter();
            int index = records == s_records ? Array.IndexOf(records, null) : -1;
            if (index >= 0)
            {
                record.Token = (++s_sequence << IndexBits) | (uint)index;

                // Release: who finds the record finds its token.
                Volatile.Write(ref records[index], record);
            }

            Exit();
            if (index >= 0)
            {
                return record;
            }

            Grow(records);
        }
    }

    /// <summary>Whether the thread of a token still runs. False for what is no token.</summary>
    public static bool IsAlive(ulong token)
    {
        ThreadRecord?[] records = Volatile.Read(ref s_records);
        int index = (int)(token & ((1u << IndexBits) - 1));
        ThreadRecord? record = index < records.Length ? Volatile.Read(ref records[index]) : null;
        return record != null && record.Token == token && !IsDead(record.Thread);
    }

    /// <summary>Looks at all threads and orphans the heaps of those that ended.</summary>
    public static void OrphanHeapsOfDeadThreads()
    {
        foreach (ref ThreadRecord? entry in Volatile.Read(ref s_records).AsSpan())
        {
            ThreadRecord? record = Volatile.Read(ref entry);
            if (record != null && IsDead(record.Thread))
            {
                End(record);
            }
        }
    }

    /// <summary>Orphans a finished thread's heaps and forgets the thread. May be called more than once.</summary>
    public static void End(ThreadRecord record)
    {
        Enter();
        foreach (nint heap in record.Table)
        {
            if (heap != 0)
            {
                Lifetime.MakeOrphan((ThreadHeap*)heap, record.Token);
            }
        }

        int index = (int)(record.Token & ((1u << IndexBits) - 1));
        if (s_records[index] == record)
        {
            // Release: its heaps are orphans before the place is free.
            Volatile.Write(ref s_records[index], null);
        }

        Exit();

        // What the thread allocated from can be given back now.
        Rounds.EnsureTimer(ProcessMemory.Reservation);
    }

    /// <summary>The calling thread's table, with room for a slot.</summary>
    public static nint[] EnsureTable(ThreadRecord record, int slot)
    {
        if (slot < record.Table.Length)
        {
            return record.Table;
        }

        nint[] table = GC.AllocateArray<nint>(int.Max(8, (slot + 1) * 2), pinned: true);
        Enter();
        record.Table.CopyTo(table, 0);
        record.Table = table;
        Exit();
        return table;
    }

    /// <summary>Takes a disposed allocator's heaps out of all threads' tables.</summary>
    public static void ClearSlot(int slot)
    {
        Enter();
        foreach (ThreadRecord? record in s_records)
        {
            if (record != null && slot < record.Table.Length)
            {
                record.Table[slot] = 0;
            }
        }

        Exit();
    }

    // IsAlive alone is wrong for the main thread: it turns false when Main returns, while the thread waits for foreground threads.
    private static bool IsDead(Thread thread)
    {
        if (thread.IsAlive)
        {
            return false;
        }

        try
        {
            return thread.Join(0);
        }
        catch (ThreadInterruptedException)
        {
            // Somebody interrupts this thread, and means its next own wait.
            Thread.CurrentThread.Interrupt();
            return false;
        }
    }

    private static void Grow(ThreadRecord?[] full)
    {
        ThreadRecord?[] larger = new ThreadRecord?[full.Length * 2];
        Enter();
        if (full == s_records && Array.IndexOf(full, null) < 0)
        {
            full.CopyTo(larger, 0);

            // Release: filled before it is found.
            Volatile.Write(ref s_records, larger);
        }

        Exit();
    }

    private static void Enter() => CoreLock.Enter(&ProcessMemory.Reservation->HostLock, &ProcessMemory.Reservation->Os);

    private static void Exit() => CoreLock.Exit(&ProcessMemory.Reservation->HostLock);
}
