using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>
/// What the kernel counts of a process: files of /proc that stay open, read without allocating anything. Linux only. The quick
/// counter of resident pages is read here, since to walk the page tables, as <see cref="Cli.Measuring.ResidentMemory"/> does, takes
/// milliseconds and holds up page faults; it is exact on kernels since 6.17, and some hundred KiB late on those before.
/// </summary>
internal sealed class ProcessCounters : IDisposable
{
    private const int MinorFaultsField = 7; // after the name in brackets, which may have blanks
    private readonly SafeFileHandle _memory;
    private readonly SafeFileHandle _statistics;

    public ProcessCounters(string process)
    {
        _memory = File.OpenHandle($"/proc/{process}/statm", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        _statistics = File.OpenHandle($"/proc/{process}/stat", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    }

    public static ProcessCounters OfThisProcess() => new("self");

    /// <summary>Bytes resident; null when the process has ended.</summary>
    public long? Resident()
    {
        Span<byte> text = stackalloc byte[128];
        return Field(Read(_memory, text), 1) is long pages and > 0 ? pages * Environment.SystemPageSize : null;
    }

    /// <summary>Page faults so far that no disk was needed for.</summary>
    public long Faults()
    {
        Span<byte> text = stackalloc byte[1024];
        ReadOnlySpan<byte> read = Read(_statistics, text);
        return Field(read[(read.LastIndexOf((byte)')') + 2)..], MinorFaultsField) ?? 0;
    }

    public void Dispose()
    {
        _memory.Dispose();
        _statistics.Dispose();
    }

    private static ReadOnlySpan<byte> Read(SafeFileHandle file, Span<byte> text)
    {
        try
        {
            return text[..RandomAccess.Read(file, text, 0)];
        }
        catch (IOException)
        {
            return default; // no such process any more
        }
    }

    /// <summary>A number of a line of numbers between blanks.</summary>
    private static long? Field(ReadOnlySpan<byte> line, int index)
    {
        foreach (Range range in line.Split((byte)' '))
        {
            if (index-- == 0)
            {
                return long.TryParse(line[range], out long number) ? number : null;
            }
        }

        return null;
    }
}
