using System.CommandLine;
using System.Text.Json;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Output;
using BitSlab.Cli.Queue;
using BitSlab.Cli.Replay;
using BitSlab.Traces;

namespace BitSlab.Cli.Commands;

/// <summary>
/// What <see cref="ChildProcess"/> starts: one contender and one workload in a process of its own, so that its memory is
/// nobody else's. Prints one line of JSON. Hidden, since nobody calls it by hand.
/// </summary>
internal static class MeasureCommand
{
    public const string Name = "measure-memory";

    public static Command Create(CliHost host)
    {
        Option<string> contender = new("--contender") { Required = true };
        Option<string> preset = SharedOptions.Preset();
        Option<string?> profile = SharedOptions.Profile();
        Option<string?> trace = new("--trace");
        Option<bool> threads = new("--threads");
        Option<int> events = new("--events");
        Option<int> maxSize = new("--max-size");
        Command command = new(Name) { contender, preset, profile, trace, threads, events, maxSize };
        command.Hidden = true;
        command.SetAction(result =>
        {
            Setup setup = new(result.GetRequiredValue(preset), result.GetValue(profile));
            ContenderCatalog catalog = host.ContendersFor(setup.ToOptions());
            Contender subject = SharedOptions.Contenders(catalog, result.GetRequiredValue(contender))[0];
            MemoryFigures figures = result.GetValue(trace) is string file
                ? ReplayMemory.Measure(TraceReader.Read(file), subject, result.GetValue(threads))
                : QueueMemory.Measure(result.GetValue(events), result.GetValue(maxSize), subject);
            host.Out.WriteLine(JsonSerializer.Serialize(figures, FiguresJson.Line.MemoryFigures));
            return ExitCode.Good;
        });
        return command;
    }
}
