using BitSlab.Core;
using BitSlab.Platform;

namespace BitSlab.Native;

/// <summary>The process's reservation and its allocator. Made by the first call, which may come before any constructor has run.</summary>
internal static unsafe class Process
{
    private const int Nothing = 0;
    private const int BeingMade = 1;
    private const int Made = 2;

    // Zero until there is a reservation: no address is within, and each free goes the slow way.
    public static Reservation* Reservation;
    public static nuint FirstSlice;
    public static nuint SliceCount;
    public static Slab* Table;

    public static Allocator* Allocator;

    private static int s_state;

    // As in the managed library; and where all address space is 3 or 4 GiB a part of it, which leaves room for large blocks and all else.
    private static nuint WantedBytes => sizeof(void*) == sizeof(ulong) ? unchecked((nuint)(1ul << 40)) : 1u << 30;

    /// <summary>Whether there is an allocator: made now, if need be. False when not even address space is to be had.</summary>
    public static bool Require() => IsMade() || Make();

    private static bool IsMade()
    {
        fixed (int* state = &s_state)
        {
            // Acquire pairs with the last store of Make.
            return Atomic.LoadAcquire(state) == Made;
        }
    }

    private static bool Make()
    {
        fixed (int* state = &s_state)
        {
            // One thread makes it. Acquire pairs with the last store of the one that did; after a failure, with its store of Nothing.
            while (!Atomic.CompareExchange(state, BeingMade, Nothing))
            {
                if (Atomic.LoadAcquire(state) == Made)
                {
                    return true;
                }

                Shim.Yield();
            }

            Options options = Options.FromEnvironment();
            Reservation* reservation = Core.Reservation.Create(Primitives(), WantedBytes);
            Allocator* allocator = reservation == null ? null : Lifetime.CreateAllocator(reservation);
            if (allocator == null)
            {
                // Release: who tries next finds nothing half made.
                Atomic.StoreRelease(state, Nothing);
                return false;
            }

            options.ApplyTo(allocator);
            allocator->Slot = 0;
            Reservation = reservation;
            FirstSlice = reservation->FirstSlice;
            SliceCount = reservation->SliceCount;
            Table = reservation->Table;
            Allocator = allocator;
            Faults.Ignore = options.IgnoreInvalidFrees;

            // Release: who sees this sees all of the above.
            Atomic.StoreRelease(state, Made);
            options.Tell();
            return true;
        }
    }

    private static OsPrimitives Primitives()
    {
        OsPrimitives os = default;
        os.Reserve = &Reserve;
        os.ReserveTable = &ReserveTable;
        os.Commit = &Commit;
        os.Decommit = &Decommit;
        os.Purge = &Purge;
        os.Release = &Release;
        os.WantHugePages = &WantHugePages;
        os.ResidentBytes = &ResidentBytes;
        os.Populate = &Populate;
        os.Yield = &Yield;
        os.StartTimer = &Upkeep.Start;
        os.ProcessBarrier = &Barrier;
        os.PageSize = Shim.PageSize();
        return os;
    }

    private static void* Reserve(nuint bytes) => Shim.Reserve(bytes);

    private static void* ReserveTable(nuint bytes) => Shim.ReserveTable(bytes);

    private static bool Commit(void* address, nuint bytes) => Shim.Commit(address, bytes) != 0;

    private static bool Decommit(void* address, nuint bytes) => Shim.Decommit(address, bytes) != 0;

    private static bool Purge(void* address, nuint bytes) => Shim.Purge(address, bytes) != 0;

    private static void Release(void* address, nuint bytes) => Shim.Release(address, bytes);

    private static bool WantHugePages(void* address, nuint bytes, bool wanted) => Shim.WantHugePages(address, bytes, wanted ? 1 : 0) != 0;

    private static nuint ResidentBytes(void* address, nuint bytes) => Shim.ResidentBytes(address, bytes);

    private static bool Populate(void* address, nuint bytes) => Shim.Populate(address, bytes) != 0;

    private static void Yield() => Shim.Yield();

    private static void Barrier() => Shim.Barrier();
}
