using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>Resident memory at a moment.</summary>
internal readonly record struct ResidentSample(long Ticks, long Bytes);

/// <summary>Starts this program again for one measurement, and watches the memory of the process meanwhile.</summary>
internal static class PhaseProcess
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    public static (PhaseReport Report, IReadOnlyList<ResidentSample> Samples) Measure(
        IEnumerable<string> arguments, bool hasConcurrentCollector = false)
    {
        // The program's own executable, also where a test is the process.
        string program = Path.Combine(AppContext.BaseDirectory, typeof(PhaseProcess).Assembly.GetName().Name!);
        ProcessStartInfo start = new(program, [PhaseCommand.Name, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The runtime that runs us, whatever started it; code that is compiled once, and not again while the memory is watched.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["DOTNET_TieredCompilation"] = "0";
        if (hasConcurrentCollector)
        {
            // As programs have it by default; this one has not.
            start.Environment["DOTNET_gcConcurrent"] = "1";
        }

        using Process process = Process.Start(start) ?? throw new ChildProcessException("the measuring process did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        List<ResidentSample> samples = Watch(process);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            string said = errors.GetAwaiter().GetResult().Trim().Split('\n')[0];
            throw new ChildProcessException($"the measuring process ({string.Join(' ', arguments)}) failed ({process.ExitCode}): {said}")
            {
                ExitCode = process.ExitCode == ExitCode.BadInput ? ExitCode.BadInput : ExitCode.FoundDamage,
            };
        }

        return (JsonSerializer.Deserialize<PhaseReport>(output.GetAwaiter().GetResult())!, samples);
    }

    /// <summary>Takes a sample every 100 ms until the process ends.</summary>
    private static List<ResidentSample> Watch(Process process)
    {
        List<ResidentSample> samples = [];
        using ProcessCounters? counters = Open(process);
        long begin = Stopwatch.GetTimestamp();
        for (int i = 1; counters?.Resident() is long bytes; i++)
        {
            samples.Add(new ResidentSample(Stopwatch.GetTimestamp(), bytes));
            TimeSpan rest = (i * s_interval) - Stopwatch.GetElapsedTime(begin);
            if (process.WaitForExit(rest > TimeSpan.Zero ? rest : TimeSpan.Zero))
            {
                break;
            }
        }

        return samples;
    }

    private static ProcessCounters? Open(Process process)
    {
        try
        {
            return new ProcessCounters(process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null; // it has ended already, and says why
        }
    }
}
