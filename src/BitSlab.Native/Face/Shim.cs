using System.Runtime;
using System.Runtime.CompilerServices;

namespace BitSlab.Native;

/// <summary>What only C can do, or the C library: Shim/shim.c. None of it allocates from this allocator, and none changes errno but for the last.</summary>
internal static unsafe class Shim
{
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_reserve")]
    public static extern void* Reserve(nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_reserve_table")]
    public static extern void* ReserveTable(nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_commit")]
    public static extern int Commit(void* address, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_decommit")]
    public static extern int Decommit(void* address, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_purge")]
    public static extern int Purge(void* address, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_release")]
    public static extern void Release(void* address, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_want_huge_pages")]
    public static extern int WantHugePages(void* address, nuint bytes, int wanted);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_resident")]
    public static extern nuint ResidentBytes(void* address, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_populate")]
    public static extern int Populate(void* address, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_yield")]
    public static extern void Yield();

    /// <summary>A full barrier on every thread of the process.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_barrier")]
    public static extern void Barrier();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_page_size")]
    public static extern nuint PageSize();

    /// <summary>Milliseconds of a clock that only goes forward; coarse, and cheap.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_milliseconds")]
    public static extern ulong Milliseconds();

    /// <summary>The value of an environment variable; null when it is not set.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_variable")]
    public static extern byte* Variable(byte* name);

    /// <summary>Writes to standard error.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_tell")]
    public static extern void Tell(byte* text, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_abort")]
    public static extern void Abort();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_copy")]
    public static extern void Copy(void* target, void* source, nuint bytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_fill")]
    public static extern void Fill(void* target, int value, nuint bytes);

    /// <summary>The calling thread's.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_thread")]
    public static extern NativeThread* Thread();

    /// <summary>Has <see cref="Threads.End"/> called when the calling thread ends.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_thread_watch")]
    public static extern void WatchThread();

    /// <summary>Whether the process has no other thread, for sure.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_is_only_thread")]
    public static extern int IsOnlyThread();

    /// <summary>Takes the lock of the C library's list of streams, which counts.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_lock_streams")]
    public static extern void LockStreams();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_unlock_streams")]
    public static extern void UnlockStreams();

    /// <summary>In the child of a fork: nobody has the lock, however often it was taken.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_reset_streams")]
    public static extern void ResetStreams();

    /// <summary>Sets errno to ENOMEM.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "bs_os_no_memory")]
    public static extern void TellNoMemory();
}
