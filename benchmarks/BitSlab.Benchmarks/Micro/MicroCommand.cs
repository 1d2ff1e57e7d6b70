using System.CommandLine;
using BitSlab.Cli.Commands;

namespace BitSlab.Benchmarks.Micro;

/// <summary><c>micro</c>: the fast paths under BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    public static Command Create(CliHost host) => new("micro", "Runs the BenchmarkDotNet micro-benchmarks of the fast paths.");
}
