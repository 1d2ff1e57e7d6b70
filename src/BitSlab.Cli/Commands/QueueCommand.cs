using System.CommandLine;
using BitSlab.Cli.Queue;
using BitSlab.Traces;

namespace BitSlab.Cli.Commands;

/// <summary><c>bitslab queue</c>: the workload of the original allocator, a queue of steady length, and event queues.</summary>
internal static class QueueCommand
{
    // A round is up to a second with a million events and two threads.
    private const int DefaultRounds = 7;

    public static Command Create(CliHost host)
    {
        // Addresses and sizes stand in arrays beside the blocks: 100 million events are 1.2 GB of those.
        Option<int?> events = SharedOptions.Number("--events", "N", "Events in and out of the queue (default 1000000).", 1, 100_000_000);
        Option<int?> length = SharedOptions.Number(
            "--length", "L", "Length of the steady queues (default: 1000, and 100000).", 1, 100_000_000);
        Option<int?> maxSize = SharedOptions.Number(
            "--max-size", "B", "Events are of random size from 1 byte to below this (default 1024).", 2, 1 << 30);
        Option<bool> threads = new("--threads")
        {
            Description = "One thread fills, another one clears; event queues have a producer and a consumer at once.",
        };
        Option<string> preset = SharedOptions.Preset();
        Option<string?> profile = SharedOptions.Profile();
        Option<int?> rounds = SharedOptions.Rounds(DefaultRounds);
        Option<string?> json = SharedOptions.Json();
        Command command = new("queue", "Queues of events of random size: blocks beside NativeMemory's, and event queues beside channels.")
        {
            events, length, maxSize, preset, profile, threads, rounds, json,
        };
        command.SetAction(result =>
        {
            Setup setup = new(result.GetRequiredValue(preset), result.GetValue(profile));
            ContenderCatalog catalog = host.ContendersFor(setup.ToOptions());
            QueueOptions options = new(
                result.GetValue(events) ?? 1_000_000,
                result.GetValue(length) is int one ? [one] : [1_000, 100_000],
                result.GetValue(maxSize) ?? 1_024,
                [catalog.BitSlab, .. SharedOptions.Contenders(catalog, ContenderCatalog.NativeMemoryName)],
                setup,
                result.GetValue(threads),
                result.GetValue(rounds) ?? DefaultRounds,
                result.GetValue(json));
            return QueueMeasurement.Run(host, options);
        });
        return command;
    }
}
