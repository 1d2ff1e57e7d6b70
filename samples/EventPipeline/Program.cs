using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;

namespace EventPipeline;

/// <summary>The same pipeline on three kinds of queue: several producers, a filter and a sink.</summary>
internal static class Program
{
    private const int SumsDiffer = 1;
    private const int BadInput = 2;

    // Enough to have the runtime compile what it has learnt.
    private const int WarmUpEvents = 100_000;

    private static async Task<int> Main(string[] args)
    {
        Option<int> events = Number("--events", "N", "Events of all producers together", 1_000_000, 1, 100_000_000);
        Option<int> producers = Number("--producers", "P", "Producers", 3, 1, 1_000);
        Option<int> maxSize = Number("--max-size", "B", "The largest event in bytes", 1_024, Message.HeaderLength, 1 << 20);
        RootCommand command = new("Producers, a filter and a sink: on SlabEventQueue, on Channel<byte[]>, and on pooled arrays.")
        {
            events, producers, maxSize,
        };
        command.SetAction((result, _) => RunAsync(
            new Load(result.GetValue(events), result.GetValue(producers), result.GetValue(maxSize))));
        ParseResult parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"EventPipeline: {parsed.Errors[0].Message}");
            return BadInput;
        }

        return await parsed.InvokeAsync();
    }

    private static Option<int> Number(string name, string help, string description, int standard, int minimum, int maximum)
    {
        string range = string.Create(CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum}");
        return new Option<int>(name)
        {
            Description = $"{description}, {range}.",
            HelpName = help,
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                    || value < minimum
                    || value > maximum)
                {
                    result.AddError($"{name} must be {range}, not '{text}'.");
                }

                return value;
            },
        };
    }

    private static async Task<int> RunAsync(Load load)
    {
        SlabPipeline onSlabs = new();
        IPipeline[] pipelines = [onSlabs, new ChannelPipeline(), new PooledPipeline()];
        foreach (IPipeline pipeline in pipelines)
        {
            await Measurement.OfAsync(pipeline, load with { Events = Math.Min(load.Events, WarmUpEvents) });
        }

        List<Measurement> measured = [];
        foreach (IPipeline pipeline in pipelines)
        {
            measured.Add(await Measurement.OfAsync(pipeline, load));
        }

        Report.Print(load, measured);
        Report.Print(onSlabs.Seen!);
        if (measured.Any(one => one.Sink.Count != measured[0].Sink.Count || one.Sink.Sum != measured[0].Sink.Sum))
        {
            await Console.Error.WriteLineAsync("EventPipeline: the pipelines did not deliver the same: their sums differ.");
            return SumsDiffer;
        }

        return 0;
    }
}
