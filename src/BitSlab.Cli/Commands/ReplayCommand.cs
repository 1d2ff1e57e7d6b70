using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using BitSlab.Cli.Replay;
using BitSlab.Traces;

namespace BitSlab.Cli.Commands;

/// <summary><c>bitslab replay FILE…</c>: measures, or verifies, recorded programs.</summary>
internal static class ReplayCommand
{
    // A round is some 20 ms; so many find an undisturbed one on a busy machine.
    private const int DefaultRounds = 15;

    public static Command Create(CliHost host)
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Traces in the BSTRACE1 format.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> verify = new("--verify")
        {
            Description = "Fills every block with a pattern of its own and checks it, instead of measuring.",
        };
        Option<bool> threads = new("--threads") { Description = "Replays each thread of a trace on a real thread." };
        Option<bool> trim = new("--trim") { Description = "With --verify: trims all the time, on a thread of its own." };
        Option<string?> against = new("--against")
        {
            Description = "Contenders beside BitSlab, with commas between (default nativememory; with --verify none).",
            HelpName = "NAME,…",
        };
        Option<string> preset = SharedOptions.Preset();
        Option<string?> profile = SharedOptions.Profile();
        Option<int?> rounds = SharedOptions.Rounds(DefaultRounds);
        Option<string?> json = SharedOptions.Json();
        Command command = new("replay", "Replays recorded programs: time and memory beside other allocators, or with every check.")
        {
            files, verify, threads, trim, against, preset, profile, rounds, json,
        };
        command.SetAction(result =>
        {
            Setup setup = new(result.GetRequiredValue(preset), result.GetValue(profile));
            bool verifies = result.GetValue(verify);
            bool trims = result.GetValue(trim);
            if (trims && !verifies)
            {
                throw new BadInputException("--trim goes with --verify only: it would be measured, too.");
            }

            ContenderCatalog catalog = host.ContendersFor(setup.ToOptions());
            string? others = result.GetValue(against) ?? (verifies ? null : ContenderCatalog.NativeMemoryName);
            List<Contender> contenders = [catalog.BitSlab];
            if (others is not null)
            {
                contenders.AddRange(SharedOptions.Contenders(catalog, others).Where(contender => contender != catalog.BitSlab));
            }

            ReplayOptions options = new(
                result.GetRequiredValue(files),
                contenders,
                setup,
                result.GetValue(threads),
                trims,
                result.GetValue(rounds) ?? DefaultRounds,
                result.GetValue(json));
            return verifies ? ReplayVerification.Run(host, options) : ReplayMeasurement.Run(host, options);
        });
        return command;
    }
}
