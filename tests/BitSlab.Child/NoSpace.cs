using System;
using System.Runtime.InteropServices;

namespace BitSlab.Child;

/// <summary>The first use of BitSlab where so little address space is left that not even its smallest reservation is to be had.</summary>
internal static unsafe partial class NoSpace
{
    private const int AddressSpace = 9;

    public static void Run(ulong leftBytes)
    {
        // Everything that runs at the edge has run before: an exception, and the text of one.
        try
        {
            throw new OutOfMemoryException("None yet.");
        }
        catch (OutOfMemoryException e)
        {
            Report.Require(e.ToString().Length > 0, "It says nothing.");
        }

        // Beyond any address of the process all that is taken is new.
        ulong taken = (ulong)Environment.SystemPageSize * ulong.Parse(
            System.IO.File.ReadAllText("/proc/self/statm").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Limit limit = new() { Soft = taken + leftBytes, Hard = ulong.MaxValue };
        Report.Require(setrlimit(AddressSpace, &limit) == 0, "The limit cannot be set.");
        string alloc = Refusal(static () => SlabMemory.Free(SlabMemory.Alloc(100)));
        string make = Refusal(static () => new SlabAllocator().Dispose());
        string tried = Refusal(static () => Report.Require(!SlabMemory.TryAlloc(100, out void* none) && none == null, "TryAlloc gives a block."));
        limit.Soft = ulong.MaxValue;
        Report.Require(setrlimit(AddressSpace, &limit) == 0, "The limit cannot be lifted.");
        const string Expected = "OutOfMemoryException: BitSlab could not reserve address space.";
        Report.Require(alloc == Expected, $"Alloc: {alloc}");
        Report.Require(make == Expected, $"An allocator: {make}");
        Report.Require(tried.Length == 0, $"TryAlloc: {tried}");
        Report.Line("refused", 1);
    }

    private static string Refusal(Action work)
    {
        try
        {
            work();
            return string.Empty;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int setrlimit(int resource, Limit* limit);

    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
