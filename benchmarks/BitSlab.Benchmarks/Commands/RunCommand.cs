using System.CommandLine;
using BitSlab.Cli.Commands;

namespace BitSlab.Benchmarks.Commands;

/// <summary><c>run</c>: measures, and writes the figures and their report.</summary>
internal static class RunCommand
{
    public static Command Create(CliHost host)
    {
        return new("run", "Measures all contenders at all workloads and writes the figures and their report.");
    }
}
