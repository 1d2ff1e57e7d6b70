using BitSlab.Cli.Commands;

namespace BitSlab.Cli;

internal static class Program
{
    private static int Main(string[] args) => CommandLine.Run(args, CliHost.ForConsole());
}
