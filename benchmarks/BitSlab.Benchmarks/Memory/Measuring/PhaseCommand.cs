using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json;
using BitSlab.Benchmarks.Buffers;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Events;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Benchmarks.Sizing;
using BitSlab.Cli.Commands;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>
/// What <see cref="PhaseProcess"/> starts: one contender and one piece of work in a process of its own. Prints one line of JSON.
/// Hidden, since nobody calls it by hand.
/// </summary>
internal static class PhaseCommand
{
    public const string Name = "memory-phase";

    public static Command Create(CliHost host)
    {
        Option<string?> contender = new("--contender");
        Option<string?> sizing = new("--sizing");
        Option<string?> trace = new("--trace");
        Option<bool> start = new("--start");
        Option<string?> phase = new("--phase");
        Option<int> events = new("--events");
        Option<int> idle = new("--idle");
        Option<bool> quick = new("--quick");
        Option<string?> flight = new("--flight");
        Option<int> rate = new("--rate");
        Option<int> warmUp = new("--warm-up");
        Option<int> seconds = new("--seconds");
        Option<string?> held = new("--held");
        Option<int> size = new("--size");
        Command command = new(Name) { contender, sizing, trace, start, phase, events, idle, quick, flight, rate, warmUp, seconds, held, size };
        command.Hidden = true;
        command.SetAction(result =>
        {
            PhaseReport report;
            if (result.GetValue(sizing) is string setup)
            {
                report = new PhaseReport { Sizing = SizingReplay.Measure(SizingWork.Of(result.GetValue(trace)), SizingSetup.Of(setup)) };
            }
            else if (result.GetValue(flight) is string queue)
            {
                FlightPlan plan = new(result.GetValue(events), result.GetValue(rate), result.GetValue(warmUp), result.GetValue(seconds));
                report = new PhaseReport { Flight = EventContender.All.Single(known => known.Name == queue).Fly(plan) };
            }
            else if (result.GetValue(held) is string holder)
            {
                report = new PhaseReport
                {
                    Held = HeldBuffers.Rentals.Concat(HeldBuffers.Streams).Single(known => known.Contender == holder)
                        .Measure(result.GetValue(size), result.GetValue(events)),
                };
            }
            else if (result.GetValue(contender) is not string name)
            {
                throw new BadInputException("--contender is missing.");
            }
            else if (result.GetValue(start))
            {
                report = new PhaseReport
                {
                    Start = StartChild.Measure(StartChild.Setups.Single(setup => setup.Name == name), result.GetValue(events)),
                };
            }
            else
            {
                Contender subject = SubjectCatalog.Load([name], []).Subjects[0].Native!;
                report = result.GetValue(trace) is string file
                    ? ReplayChild.Measure(TraceReader.Read(file), subject)
                    : PhaseChild.Measure(
                        subject,
                        PhaseCatalog.All.Single(known => known.Name == result.GetValue(phase)),
                        PhaseScale.Of(result.GetValue(events), result.GetValue(quick)),
                        TimeSpan.FromSeconds(result.GetValue(idle)));
            }

            host.Out.WriteLine(JsonSerializer.Serialize(report));
            return ExitCode.Good;
        });
        return command;
    }
}
