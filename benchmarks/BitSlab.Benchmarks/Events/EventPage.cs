using System;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Output;
using MathNet.Numerics.Statistics;
using Spectre.Console;

namespace BitSlab.Benchmarks.Events;

/// <summary>The page of the figures, with its plot beside it. The same figures make the same page.</summary>
internal sealed class EventPage : MarkdownPage
{
    public const string PageName = "README.md";

    private const string PlotName = "latency.png";

    private readonly EventFiles _files;

    private EventPage(EventFiles files) => _files = files;

    public static void Write(string folder)
    {
        EventFiles files = EventFiles.Read(folder);
        EventPage page = new(files);
        page.AddOpening();
        page.AddGoals(EventGoals.All, files);
        page.AddThroughput();
        page.AddFlights();
        page.AddEnvironment(files.Environment);
        EventPlot.Save(Path.Combine(folder, PlotName), files.Flights);
        File.WriteAllText(Path.Combine(folder, PageName), page.ToString());
    }

    private void AddOpening()
    {
        Title("Event queues: measured");
        Paragraph("Written by `dotnet run -c Release --project benchmarks/BitSlab.Benchmarks -- events` from the CSV files beside it, which that command measures first; "
            + "[Event queues](../events.md) explains the queue. Events are of 8 to 1,024 bytes, uniform; each is copied in, and every cache line of it is read by the one who takes it.");
    }

    private void AddThroughput()
    {
        Section("Throughput");
        Paragraph("Producers : consumers. Nanoseconds per event, minimum / median of the rounds, contenders in turn in one process. Consumers await; producers are threads where the queue is unbounded, and "
            + "await where it is bounded. A channel of BitSlab blocks is what the queue would be if it were built on System.Threading.Channels: that is why it has a ring of its own.");
        AddByShape(rows => $"{Format.Nanoseconds(rows.Min(row => row.Nanoseconds))} / {Format.Nanoseconds(rows.Select(row => row.Nanoseconds).Median())}");
        Paragraph("Bytes on the GC heap per event, and collections of generation 0, 1 and 2 in all rounds:");
        AddByShape(rows => string.Create(
            CultureInfo.InvariantCulture,
            $"{rows.Select(row => row.GcBytes).Median():0.#}; {rows.Sum(row => row.Gen0)}, {rows.Sum(row => row.Gen1)}, {rows.Sum(row => row.Gen2)}"));
    }

    private void AddByShape(Func<ThroughputFigures[], string> cell)
    {
        string[] contenders = [.. _files.Throughput.Select(row => row.Contender).Distinct()];
        Table table = Tables.Create(["shape"], contenders);
        foreach (IGrouping<string, ThroughputRow> shape in _files.Throughput.GroupBy(row => row.Shape))
        {
            table.AddCells(
                [shape.Key, .. contenders.Select(contender => cell([.. shape.Where(row => row.Contender == contender).Select(row => row.Figures)]))]);
        }

        Add(table);
    }

    private void AddFlights()
    {
        Section("A million events in flight");
        Paragraph("A producer sends 100,000 events a second; a relay takes each and sends it on into a backlog of a million, whose oldest it takes out. Latency is from when an event was due to when the "
            + "relay had it. A process of its own for each contender and round; medians of the rounds.");
        AddPlots("latency percentiles", [PlotName]);
        string[] contenders = [.. _files.Flights.Select(row => row.Contender).Distinct()];
        Table table = Tables.Create(["figure"], contenders);
        foreach (double percentile in (double[])[50, 90, 99, 99.9, 99.99, 100])
        {
            AddRow(percentile == 100 ? "longest, µs" : string.Create(CultureInfo.InvariantCulture, $"{percentile} %, µs"), f => f.Latency[percentile] / 1e3, "#,0.0");
        }

        AddRow("collections of generation 0", f => f.Gen0, "0");
        AddRow("of generation 1", f => f.Gen1, "0");
        AddRow("of generation 2", f => f.Gen2, "0");
        AddRow("stopped by the collector, ms", f => f.GcPauses / 1e6, "0.0");
        AddRow("longest stall of a loop, ms", f => f.LongestStall / 1e6, "0.0");
        AddRow("bytes on the GC heap per event", f => f.GcBytes, "0.0");
        AddRow("resident at the peak, MiB", f => f.Peak / (double)(1 << 20), "0");
        AddRow("at the peak, by the events' own bytes", f => (double)f.Peak / f.PayloadBytes, "0.00");
        Add(table);

        void AddRow(string name, Func<FlightFigures, double> figure, string format) => table.AddCells(
        [
            name,
            .. contenders.Select(contender =>
                _files.Flights.Where(row => row.Contender == contender).Select(row => figure(row.Figures)).Median().ToString(format, CultureInfo.InvariantCulture)),
        ]);
    }
}
