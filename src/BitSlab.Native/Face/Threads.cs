using System.Runtime;
using System.Runtime.CompilerServices;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>Threads and their heaps. A thread that ends leaves its heaps to others.</summary>
internal static unsafe class Threads
{
    // So many times a thread's end is told; what allocates then still has a heap for that one call.
    private const int MostEnds = 3;

    // Above the constants of ThreadHeap.OwnerWord.
    private const ulong FirstToken = 16;

    private const int FirstLength = 8;

    // Guards the records, what their tables are, and who takes and leaves heaps. Before all locks of the core.
    private static int s_lock;
    private static ThreadRecord* s_records;
    private static ThreadRecord* s_freeRecords;
    private static ulong s_tokens;

    /// <summary>The calling thread's token; 0 when it has no heap.</summary>
    public static ulong Token(NativeThread* thread) => thread->Record == null ? 0 : thread->Record->Token;

    /// <summary>The thread's heap of an allocator; null where it has none.</summary>
    public static ThreadHeap* Find(NativeThread* thread, Allocator* allocator)
    {
        ThreadRecord* record = thread->Record;
        return record != null && allocator->Slot < record->Length ? record->Heaps[allocator->Slot] : null;
    }

    /// <summary>
    /// The thread's heap of an allocator: the one it has, one that was left, or a new one; null with the reason when refused. Where the thread
    /// has ended it is <paramref name="borrowed"/>, to be given back by <see cref="GiveBack"/> at the end of the call.
    /// </summary>
    public static ThreadHeap* Acquire(NativeThread* thread, Allocator* allocator, AllocStatus* status, ulong* borrowed)
    {
        *borrowed = 0;
        *status = AllocStatus.Ok;
        ThreadHeap* heap = Find(thread, allocator);
        if (heap != null)
        {
            return heap;
        }

        bool isNew = false;
        Enter();
        ulong token;
        if (thread->Ends >= MostEnds)
        {
            token = NewToken();
            *borrowed = token;
            heap = AdoptOrCreate(allocator, token, status);
        }
        else if (TryRecord(thread, allocator->Slot, &isNew))
        {
            heap = AdoptOrCreate(allocator, thread->Record->Token, status);
            thread->Record->Heaps[allocator->Slot] = heap;
            if (allocator == Process.Allocator)
            {
                thread->Heap = heap;
            }
        }
        else
        {
            *status = AllocStatus.OutOfMemory;
        }

        Exit();
        if (isNew)
        {
            // Without the lock: it may allocate, and finds the heap.
            Shim.WatchThread();
        }

        return heap;
    }

    public static void GiveBack(ThreadHeap* heap, ulong borrowed)
    {
        if (heap != null && borrowed != 0)
        {
            Lifetime.MakeOrphan(heap, borrowed);
        }
    }

    /// <summary>The calling thread ends: its heaps are anyone's. May be told again, when it has allocated since.</summary>
    [RuntimeExport("bs_core_thread_end")]
    public static void End(NativeThread* thread)
    {
        ThreadRecord* record = thread->Record;
        if (record == null)
        {
            return;
        }

        thread->Heap = null;
        thread->Record = null;
        thread->Ends++;
        Enter();
        Leave(record);
        Exit();

        // What the thread allocated from can be given back now.
        Rounds.EnsureTimer(Process.Reservation);
    }

    /// <summary>An allocator goes: no thread has a heap of it any more.</summary>
    public static void ClearSlot(int slot)
    {
        Enter();
        for (ThreadRecord* record = s_records; record != null; record = record->Next)
        {
            if (slot < record->Length)
            {
                record->Heaps[slot] = null;
            }
        }

        Exit();
    }

    public static void Enter()
    {
        fixed (int* cell = &s_lock)
        {
            CoreLock.Enter(cell, &Process.Reservation->Os);
        }
    }

    public static void Exit()
    {
        fixed (int* cell = &s_lock)
        {
            CoreLock.Exit(cell);
        }
    }

    /// <summary>In the child of a fork, under the lock: of all threads the calling one is there, or none when it has no record.</summary>
    public static void ForgetOthers(NativeThread* thread)
    {
        for (ThreadRecord* record = s_records; record != null; record = record->Next)
        {
            if (record->Token != 0 && record != thread->Record)
            {
                Leave(record);
            }
        }
    }

    private static void Leave(ThreadRecord* record)
    {
        for (int i = 0; i < record->Length; i++)
        {
            if (record->Heaps[i] != null)
            {
                Lifetime.MakeOrphan(record->Heaps[i], record->Token);
                record->Heaps[i] = null;
            }
        }

        record->Token = 0;
        record->NextFree = s_freeRecords;
        s_freeRecords = record;
    }

    private static ThreadHeap* AdoptOrCreate(Allocator* allocator, ulong token, AllocStatus* status)
    {
        ThreadHeap* heap = Lifetime.AdoptOrphan(allocator, token);
        if (heap == null)
        {
            // Structures are alike only among heaps of one number of classes.
            ThreadHeap* recycled = Lifetime.TakeRecycled(allocator->Reservation);
            if (recycled != null && recycled->ClassCount != allocator->ClassCount)
            {
                Lifetime.Recycle(allocator->Reservation, recycled);
                recycled = null;
            }

            heap = Lifetime.CreateHeap(allocator, token, recycled, status);
        }

        return heap;
    }

    private static bool TryRecord(NativeThread* thread, int slot, bool* isNew)
    {
        Reservation* reservation = Process.Reservation;
        ThreadRecord* record = thread->Record;
        if (record == null)
        {
            *isNew = true;
            record = s_freeRecords;
            if (record != null)
            {
                s_freeRecords = record->NextFree;
            }
            else
            {
                record = (ThreadRecord*)Reservation.AllocateStructure(reservation, (nuint)sizeof(ThreadRecord));
                if (record == null)
                {
                    return false;
                }

                record->Next = s_records;
                s_records = record;
            }

            record->Token = NewToken();
            thread->Record = record;
        }

        if (slot >= record->Length)
        {
            // The old table stays where it is: there are as few as there are doublings.
            int length = int.Max(FirstLength, (slot + 1) * 2);
            ThreadHeap** heaps = (ThreadHeap**)Reservation.AllocateStructure(reservation, (nuint)length * (nuint)sizeof(void*));
            if (heaps == null)
            {
                return false;
            }

            for (int i = 0; i < record->Length; i++)
            {
                heaps[i] = record->Heaps[i];
            }

            record->Heaps = heaps;
            record->Length = length;
        }

        return true;
    }

    private static ulong NewToken()
    {
        s_tokens = s_tokens == 0 ? FirstToken : s_tokens + 1;
        return s_tokens;
    }
}
