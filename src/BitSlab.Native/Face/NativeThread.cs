using System.Runtime.InteropServices;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>A thread-local variable of the shim, which reads <see cref="Heap"/> itself. Zero at first.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeThread
{
    /// <summary>The thread's heap of the process's allocator; null until it first allocates, and once it has ended.</summary>
    public ThreadHeap* Heap;

    /// <summary>What the thread has; null as for the heap.</summary>
    public ThreadRecord* Record;

    /// <summary>How many times the thread was told to have ended: destructors that run behind ours may allocate again.</summary>
    public int Ends;
}

/// <summary>What a thread has. Used again when it has ended; never unmapped.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ThreadRecord
{
    /// <summary>Never repeats; 0 while no thread has the record.</summary>
    public ulong Token;

    /// <summary>The thread's heaps by the allocators' slots.</summary>
    public ThreadHeap** Heaps;
    public int Length;

    /// <summary>All records, and those that no thread has.</summary>
    public ThreadRecord* Next;
    public ThreadRecord* NextFree;
}
