using System;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.IO;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Commands;

/// <summary>The root command, and the one place where a failure becomes an exit code and a line.</summary>
internal static class CommandLine
{
    public static int Run(string[] args, CliHost host) => Run(Root(host), args, host);

    /// <summary>As above, for another program's commands: the benchmarks fail as the tool does.</summary>
    public static int Run(Command root, string[] args, CliHost host)
    {
        ParseResult result = root.Parse(args);
        if (result.Action is ParseErrorAction)
        {
            // With an unknown word the first error is what is missing in its stead; the last one names the word.
            host.Fail(result.Errors[result.UnmatchedTokens.Count > 0 ? ^1 : 0].Message);
            return ExitCode.BadInput;
        }

        try
        {
            return result.Invoke(new InvocationConfiguration
            {
                Output = host.Out,
                Error = host.Error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (Exception failure) when (ExitCodeOf(failure) is int code)
        {
            host.Fail(failure.Message);
            return code;
        }
    }

    private static Command Root(CliHost host) =>
        new("bitslab", "Replays real allocation traces and queue workloads through BitSlab and other allocators; makes size classes from traces.")
        {
            new HelpOption(),
            new VersionOption(),
            ReplayCommand.Create(host),
            QueueCommand.Create(host),
            TuneCommand.Create(host),
            MeasureCommand.Create(host),
        };

    /// <summary>The code of an expected failure; null for a fault of this program, which is let through with its stack.</summary>
    private static int? ExitCodeOf(Exception failure) => failure switch
    {
        VerificationException or InvalidBlockException => ExitCode.FoundDamage,
        ChildProcessException child => child.ExitCode,
        BadInputException or BadTraceException or InvalidDataException => ExitCode.BadInput,
        IOException or UnauthorizedAccessException => ExitCode.BadInput,
        OutOfMemoryException => ExitCode.BadInput, // the trace or the numbers ask for more than there is
        _ => null,
    };
}
