using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BitSlab.Cli.Commands;

namespace BitSlab.Benchmarks.Micro;

/// <summary><c>micro</c>: the fast paths under BenchmarkDotNet, for those who expect them there.</summary>
internal static class MicroCommand
{
    private static readonly string[] s_everything = ["--filter", "*"];

    // These run no benchmark, and are none the worse for it.
    private static readonly string[] s_answers = ["--list", "--info", "--version"];

    public static Command Create(CliHost host)
    {
        Command command = new("micro", "Runs the BenchmarkDotNet micro-benchmarks of the fast paths; arguments go to BenchmarkDotNet.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(result =>
        {
            string[] arguments = result.UnmatchedTokens.Count > 0 ? [.. result.UnmatchedTokens] : s_everything;
            IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(arguments);
            if (summaries.Any(summary => !summary.HasCriticalValidationErrors) || arguments.Intersect(s_answers).Any())
            {
                return ExitCode.Good;
            }

            host.Fail($"micro {string.Join(' ', arguments)}: no benchmark has run.");
            return ExitCode.BadInput;
        });
        return command;
    }
}
