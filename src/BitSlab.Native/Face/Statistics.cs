using System;
using System.Runtime;
using BitSlab.Core;

namespace BitSlab.Native;

/// <summary>What the process's allocator holds, and its trim.</summary>
internal static unsafe class Statistics
{
    /// <summary>Gives what can be given back to the system now; the bytes given back.</summary>
    [RuntimeExport("bs_core_trim")]
    public static nuint Trim() => Process.Allocator == null ? 0 : Rounds.TrimFamily(Process.Allocator, Threads.Token(Shim.Thread()));

    /// <summary>Writes a JSON object, without a zero behind it, into as many bytes as there are; its whole length.</summary>
    [RuntimeExport("bs_core_stats_json")]
    public static nuint WriteJson(byte* target, nuint room)
    {
        byte* space = stackalloc byte[Text.Capacity];
        Text text = new(space);
        CensusTotals totals = default;
        Allocator* allocator = Process.Allocator;
        if (allocator != null)
        {
            Census.Count(allocator, &totals);
        }

        text.Add("{"u8);
        Add(ref text, "live_blocks"u8, totals.Blocks + totals.LargeBlocks);
        Add(ref text, "live_bytes"u8, totals.Bytes + totals.LargeBytes);
        Add(ref text, "large_blocks"u8, totals.LargeBlocks);
        Add(ref text, "large_bytes"u8, totals.LargeBytes);
        Add(ref text, "slabs"u8, totals.Slabs);
        Add(ref text, "chunks"u8, totals.Chunks);

        // Acquire: each figure is read in one piece; they need not be of the same moment.
        Add(ref text, "committed_bytes"u8, allocator == null ? 0 : Atomic.LoadAcquire(&allocator->Committed));
        Add(ref text, "returned_bytes"u8, allocator == null ? 0 : Atomic.LoadAcquire(&allocator->Returned));
        Add(ref text, "invalid_frees"u8, allocator == null ? 0 : Atomic.LoadAcquire(&allocator->InvalidFrees));
        Add(ref text, "limit_refusals"u8, allocator == null ? 0 : Atomic.LoadAcquire(&allocator->LimitRefusals));
        text.Add("}"u8);
        for (nuint i = 0; i < text.Length && i < room; i++)
        {
            target[i] = space[i];
        }

        return text.Length;
    }

    private static void Add(ref Text text, ReadOnlySpan<byte> name, long value)
    {
        text.Add(text.Length == 1 ? "\""u8 : ",\""u8);
        text.Add(name);
        text.Add("\":"u8);
        text.Add((ulong)value);
    }
}
