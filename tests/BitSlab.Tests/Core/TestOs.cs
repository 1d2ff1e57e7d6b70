using System;
using BitSlab.Platform;

namespace BitSlab.Tests.Core;

/// <summary>
/// The platform's primitives, of which a test can have some refused: from the n-th call on, on the test's thread. And with larger pages than the
/// system's: then each range has to consist of whole such pages.
/// </summary>
internal static unsafe class TestOs
{
    private static readonly OsPrimitives s_system = CurrentPlatform.Primitives;

    [ThreadStatic]
    private static int t_refuseAt;

    [ThreadStatic]
    private static int t_refuseCount;

    [ThreadStatic]
    private static int t_calls;

    [ThreadStatic]
    private static nuint t_largestReserve;

    [ThreadStatic]
    private static nuint t_pageSize;

    public static OsPrimitives Primitives
    {
        get
        {
            OsPrimitives os = s_system;
            os.Reserve = &Reserve;
            os.ReserveTable = &ReserveTable;
            os.Commit = &Commit;
            os.Decommit = &Decommit;
            os.Purge = &Purge;
            os.WantHugePages = &WantHugePages;
            os.Populate = &Populate;
            os.Malloc = &Malloc;
            os.FreeMalloc = &FreeMalloc;
            os.StartTimer = &StartTimer;
            os.PageSize = PageSize;
            return os;
        }
    }

    public static int Calls => t_calls;

    /// <summary>Called on the test's thread before memory of malloc is freed, with its address.</summary>
    [ThreadStatic]
    public static Action<nint>? OnFreeMalloc;

    /// <summary>Called on the test's thread inside a purge or decommit.</summary>
    [ThreadStatic]
    public static Action? OnGiveBack;

    /// <summary>From now on the n-th call is refused, and only that; 0 refuses none.</summary>
    public static void RefuseOnly(int nth) => Refuse(nth, 1);

    /// <summary>From now on so many calls are refused, beginning with the n-th; 0 refuses none.</summary>
    public static void Refuse(int nth, int count)
    {
        t_calls = 0;
        t_refuseAt = nth;
        t_refuseCount = count;
    }

    /// <summary>From now on reservations above so many bytes are refused; 0 refuses none.</summary>
    public static void LimitReserve(nuint bytes) => t_largestReserve = bytes;

    /// <summary>The size of pages on the test's thread, a multiple of the system's, which it is as long as none was set.</summary>
    public static nuint PageSize
    {
        get => t_pageSize == 0 ? s_system.PageSize : t_pageSize;
        set => t_pageSize = value;
    }

    // Tests tick themselves.
    private static void StartTimer()
    {
    }

    private static bool Refused()
    {
        t_calls++;
        return t_refuseAt != 0 && t_calls >= t_refuseAt && t_calls < t_refuseAt + t_refuseCount;
    }

    private static void* Reserve(nuint bytes) =>
        Refused() || (t_largestReserve != 0 && bytes > t_largestReserve) ? null : AtPage(bytes, s_system.Reserve);

    private static void* ReserveTable(nuint bytes) => Refused() ? null : AtPage(bytes, s_system.ReserveTable);

    // A system gives ranges at its pages; of what is taken too much the rest goes back at once.
    private static void* AtPage(nuint bytes, delegate*<nuint, void*> reserve)
    {
        RequireWholePages(null, bytes);
        nuint more = PageSize - s_system.PageSize;
        byte* all = (byte*)reserve(bytes + more);
        if (all == null || more == 0)
        {
            return all;
        }

        nuint before = (PageSize - ((nuint)all & (PageSize - 1))) & (PageSize - 1);
        ReleaseRest(all, before);
        ReleaseRest(all + before + bytes, more - before);
        return all + before;
    }

    private static void ReleaseRest(void* address, nuint bytes)
    {
        // Windows releases a reservation as a whole. It begins at a multiple of 64 KiB, so that the rest lies behind what is asked for.
        if (bytes != 0 && !OperatingSystem.IsWindows())
        {
            s_system.Release(address, bytes);
        }
    }

    private static void RequireWholePages(void* address, nuint bytes)
    {
        if ((((nuint)address | bytes) & (PageSize - 1)) != 0)
        {
            throw new InvalidOperationException($"{bytes} bytes at {(nuint)address:x} are not whole pages of {PageSize} bytes.");
        }
    }

    private static bool Commit(void* address, nuint bytes)
    {
        RequireWholePages(address, bytes);
        return !Refused() && s_system.Commit(address, bytes);
    }

    private static bool Decommit(void* address, nuint bytes)
    {
        RequireWholePages(address, bytes);
        OnGiveBack?.Invoke();
        return !Refused() && s_system.Decommit(address, bytes);
    }

    private static bool Purge(void* address, nuint bytes)
    {
        RequireWholePages(address, bytes);
        OnGiveBack?.Invoke();
        return !Refused() && s_system.Purge(address, bytes);
    }

    private static bool WantHugePages(void* address, nuint bytes, bool wanted) =>
        !Refused() && s_system.WantHugePages(address, bytes, wanted);

    private static bool Populate(void* address, nuint bytes) => !Refused() && s_system.Populate(address, bytes);

    private static void FreeMalloc(void* block)
    {
        OnFreeMalloc?.Invoke((nint)block);
        s_system.FreeMalloc(block);
    }

    private static void* Malloc(nuint bytes, nuint alignment) => Refused() ? null : s_system.Malloc(bytes, alignment);
}
