using System.CommandLine;
using System.CommandLine.Help;
using BitSlab.Benchmarks.Commands;
using BitSlab.Benchmarks.Memory.Measuring;
using BitSlab.Benchmarks.Micro;
using BitSlab.Benchmarks.Reporting;
using BitSlab.Cli.Commands;
using BitSlabCommandLine = BitSlab.Cli.Commands.CommandLine;

namespace BitSlab.Benchmarks;

internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is [RunCommand.Name or MemoryCommand.Name or SizingCommand.Name, ..] && Restart.IsNeeded)
        {
            return Restart.Run();
        }

        CliHost host = CliHost.ForConsole();
        return BitSlabCommandLine.Run(Root(host), args, host);
    }

    internal static Command Root(CliHost host) =>
        new("BitSlab.Benchmarks", "Measures BitSlab beside other allocators, in turn in one process.")
        {
            new HelpOption(),
            RunCommand.Create(host),
            MemoryCommand.Create(host),
            SizingCommand.Create(host),
            EventsCommand.Create(host),
            BuffersCommand.Create(host),
            ReportCommand.Create(host),
            MicroCommand.Create(host),
            PhaseCommand.Create(host),
        };
}
