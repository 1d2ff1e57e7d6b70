using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab;
using Spectre.Console;

namespace EventPipeline;

/// <summary>What is printed at the end.</summary>
internal static class Report
{
    // A table that is wrapped is hard to read, whatever takes the output.
    private const int Width = 500;

    private static readonly (string Heading, Func<Measurement, string> Of)[] s_columns =
    [
        ("pipeline", one => one.Pipeline),
        ("events/s", one => Invariant($"{one.Load.Events / one.Elapsed.TotalSeconds:N0}")),
        ("p50 ms", one => Milliseconds(one.Sink.AgeAt(0.5))),
        ("p99 ms", one => Milliseconds(one.Sink.AgeAt(0.99))),
        ("p99.9 ms", one => Milliseconds(one.Sink.AgeAt(0.999))),
        ("max ms", one => Milliseconds(one.Sink.AgeAt(1))),
        ("peak MiB", one => Invariant($"{one.PeakBytes / (1024.0 * 1024.0):F1}")),
        ("Gen0", one => Invariant($"{one.Collections[0]}")),
        ("Gen1", one => Invariant($"{one.Collections[1]}")),
        ("Gen2", one => Invariant($"{one.Collections[2]}")),
        ("GC B/event", one => Invariant($"{(double)one.GcBytes / one.Load.Events:F1}")),
        ("checksum", one => Invariant($"{one.Sink.Sum:x16}")),
    ];

    public static void Print(Load load, IEnumerable<Measurement> measured)
    {
        Table table = new() { Border = TableBorder.Ascii };
        table.AddColumns([.. s_columns.Select(column => new TableColumn(column.Heading) { Alignment = Justify.Right })]);
        table.Columns[0].LeftAligned();
        foreach (Measurement one in measured)
        {
            table.AddRow([.. s_columns.Select(column => Markup.Escape(column.Of(one)))]);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No });
        console.Profile.Width = Width;
        console.Write(table);
        Console.WriteLine(Invariant(
            $"{load.Events:N0} events of {Message.HeaderLength} to {load.MaxSize:N0} bytes, {load.Producers} producers."));
        Console.WriteLine("Latency: from an event's making to the sink, waits for room included.");
        Console.WriteLine("Gen0 to Gen2: collections of that generation and its elders.");
    }

    /// <summary>What the queue saw, and the options that suit it.</summary>
    public static void Print(SlabEventObservation seen)
    {
        long events = seen.Sizes.Count + seen.LargerEvents;
        Console.WriteLine(Invariant(
            $"Seen by the first queue: {events:N0} events, {seen.AverageLength:N0} in the queue on the average."));
        Console.WriteLine($"By default: {Classes(seen.Sizes, SlabAllocatorOptions.Default)}.");
        Console.WriteLine($"With SlabAllocatorOptions.For: {Classes(seen.Sizes, SlabAllocatorOptions.For(seen))}.");
    }

    // Few classes are few slabs that are partly empty; many fit closely. How many pay depends on the length.
    private static string Classes(SizeHistogram sizes, SlabAllocatorOptions options)
    {
        using SlabAllocator allocator = new(options);
        IReadOnlyList<int> blocks = allocator.ExportProfile().BlockSizes;
        int used = sizes.Sizes.Select(size => blocks.First(block => block >= size.Key)).Distinct().Count();
        return Invariant($"{used} size classes in use, blocks {sizes.WastePerRequest(blocks):F1} bytes too large on the average");
    }

    private static string Milliseconds(TimeSpan time) => Invariant($"{time.TotalMilliseconds:F2}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
