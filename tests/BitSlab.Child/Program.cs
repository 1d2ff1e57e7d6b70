using System;

namespace BitSlab.Child;

/// <summary>
/// Small programs that the tests run as processes of their own: to measure resident memory, to be short of address
/// space, to return from Main. Each prints lines of <c>name=value</c>; an exception or a failed check ends it with another code than 0.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args[0])
        {
            case "million":
                Million.Run(preset: args[1], freer: args[2]);
                return 0;
            case "short-threads":
                ShortThreads.Run(collect: args[1] == "collect");
                return 0;
            case "dispose":
                Disposals.Run();
                return 0;
            case "shortage":
                Shortage.Run(blockBytes: int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case "idle-timer":
                IdleTimer.Run();
                return 0;
            case "idle-timer-after-trim":
                IdleTimer.RunAfterTrim();
                return 0;
            case "prefault":
                Prefaulting.Run();
                return 0;
            case "container":
                Container.Run(limit: long.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case "no-space":
                NoSpace.Run(leftBytes: ulong.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case "main-returns":
                MainReturns.Run();
                return 0;
            case "stale-handle":
                StaleHandle.Run(allocators: 500);
                return 0;
            case "fast-paths":
                FastPaths.Run();
                return 0;
            case "fast-paths-print":
                FastPathListings.Print();
                return 0;
            case "fast-paths-record":
                FastPathListings.Record(directory: args[1]);
                return 0;
            case "fail":
                throw new InvalidOperationException("This is the program that fails.");
            default:
                return 2;
        }
    }
}
