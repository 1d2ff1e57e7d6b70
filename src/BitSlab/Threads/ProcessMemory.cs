using System;
using BitSlab.Core;
using BitSlab.Platform;

namespace BitSlab.Threads;

/// <summary>
/// The process's one reservation. Its addresses are static readonly, so that optimised code holds them as constants. Without
/// a reservation the size is 0: every free goes the slow way, which says why.
/// </summary>
internal static unsafe class ProcessMemory
{
    public static readonly Reservation* Reservation = Create();
    public static readonly nuint FirstSlice = Reservation == null ? 0 : Reservation->FirstSlice;
    public static readonly nuint SliceCount = Reservation == null ? 0 : Reservation->SliceCount;
    public static readonly Slab* Table = Reservation == null ? null : Reservation->Table;

    /// <summary>The reservation, or the reason why there is none.</summary>
    /// <exception cref="PlatformNotSupportedException">The platform has no primitives yet.</exception>
    /// <exception cref="OutOfMemoryException">No address space is to be had.</exception>
    public static Reservation* Require()
    {
        if (Reservation == null)
        {
            if (!CurrentPlatform.IsSupported)
            {
                throw new PlatformNotSupportedException("BitSlab needs a 64-bit process on Linux, Windows or macOS, or WebAssembly.");
            }

            throw new OutOfMemoryException("BitSlab could not reserve address space.");
        }

        return Reservation;
    }

    private static Reservation* Create()
    {
        if (!CurrentPlatform.IsSupported)
        {
            return null;
        }

        OsPrimitives os = CurrentPlatform.Primitives;
        os.StartTimer = &MaintenanceTimer.Start;
        Reservation* reservation = Core.Reservation.Create(os, os.WantedBytes);
        if (reservation != null)
        {
            MemoryPressure.Watch();
        }

        return reservation;
    }
}
