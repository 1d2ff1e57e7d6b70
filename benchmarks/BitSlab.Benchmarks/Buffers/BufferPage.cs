using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Output;
using MathNet.Numerics.Statistics;
using Spectre.Console;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>The page of the figures. The same figures make the same page.</summary>
internal sealed class BufferPage : MarkdownPage
{
    public const string PageName = "README.md";

    private readonly BufferFiles _files;

    private BufferPage(BufferFiles files) => _files = files;

    public static void Write(string folder)
    {
        BufferFiles files = BufferFiles.Read(folder);
        BufferPage page = new(files);
        page.AddOpening();
        page.AddGoals(BufferGoals.All, files);
        page.AddTimes();
        page.AddMemory();
        page.AddEnvironment(files.Environment);
        File.WriteAllText(Path.Combine(folder, PageName), page.ToString());
    }

    private void AddOpening()
    {
        Title("Buffers, pools and streams: measured");
        Paragraph("Written by `dotnet run -c Release --project benchmarks/BitSlab.Benchmarks -- buffers` from the CSV files beside it, which that command measures first; "
            + "[Pools, buffers and streams](../buffers.md) explains them, and what was missed. Speeds are medians of the rounds' ratios; a goal of bytes on the GC heap is that of the worst round.");
    }

    private void AddTimes()
    {
        Section("Time");
        Paragraph("Nanoseconds per rent, stream or message, minimum / median of the rounds, contenders in turn in one process, on one thread; bytes on the GC heap by each behind them where there are some. "
            + "A stream is made, written and read in pieces (of 100 bytes; of 4 KiB where it is long), and disposed.");
        AddTable(_files.Times.Where(IsRental), Cell);
        AddTable(_files.Times.Where(row => !IsRental(row)).Where(IsStream), Cell);
        AddTable(_files.Times.Where(row => !IsRental(row) && !IsStream(row)), Cell);

        static string Cell(BufferTime[] rows)
        {
            double bytes = rows.Select(row => row.GcBytes).Median();
            string garbage = bytes >= 0.5 ? string.Create(CultureInfo.InvariantCulture, $"; {bytes:#,0} B") : string.Empty;
            return $"{Format.Nanoseconds(rows.Min(row => row.Nanoseconds))} / {Format.Nanoseconds(rows.Select(row => row.Nanoseconds).Median())}{garbage}";
        }
    }

    private void AddMemory()
    {
        Section("Memory");
        Paragraph(FormattableString.Invariant($"{BufferRun.HeldAtOnce:#,0} are held at a time, each byte asked for is written: resident bytes by those asked for, in a process of its own for each."));
        AddMemory(HeldBuffers.Rentals);
        AddMemory(HeldBuffers.Streams);
    }

    private void AddMemory(IReadOnlyList<HeldBuffers> contenders)
    {
        Table table = Tables.Create(["held"], [.. contenders.Select(contender => contender.Contender)]);
        foreach (IGrouping<string, HeldRow> work in _files.Memory.Where(row => contenders.Any(one => one.Contender == row.Contender)).GroupBy(row => row.Work))
        {
            table.AddCells([work.Key, .. contenders.Select(contender => work.FirstOrDefault(row => row.Contender == contender.Contender) is HeldRow row
                ? ((double)row.Figures.Resident / row.Figures.Payload).ToString("0.00", CultureInfo.InvariantCulture)
                : "-")]);
        }

        Add(table);
    }

    private static bool IsRental(BufferTime row) => HeldBuffers.Rentals.Any(contender => contender.Contender == row.Contender);

    private static bool IsStream(BufferTime row) => HeldBuffers.Streams.Any(contender => contender.Contender == row.Contender);

    private void AddTable(IEnumerable<BufferTime> rows, Func<BufferTime[], string> cell)
    {
        ILookup<string, BufferTime> works = rows.ToLookup(row => row.Work);
        string[] contenders = [.. works.SelectMany(work => work).Select(row => row.Contender).Distinct()];
        Table table = Tables.Create(["work"], contenders);
        foreach (IGrouping<string, BufferTime> work in works)
        {
            table.AddCells([work.Key, .. contenders.Select(contender => cell([.. work.Where(row => row.Contender == contender)]))]);
        }

        Add(table);
    }
}
