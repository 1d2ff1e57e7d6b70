using System;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks;
using BitSlab.Cli.Commands;
using BitSlab.Tests.Cli;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary>One run of the benchmarks' command line in this process.</summary>
internal static class BenchmarkCommand
{
    public static CommandRun Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = new(output, error, Interactive: false, ContenderCatalog.For);
        int code = CommandLine.Run(Program.Root(host), arguments, host);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}

/// <summary>A folder for what a command writes; gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bitslab-").FullName;

    /// <summary>The rows of a CSV file with this header.</summary>
    public string[][] Rows(string file, string header)
    {
        string[] lines = File.ReadAllLines(System.IO.Path.Combine(Path, file));
        Assert.Equal(header, lines[0]);
        return [.. lines[1..].Select(line => line.Split(','))];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
