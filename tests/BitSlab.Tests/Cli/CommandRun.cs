using System;
using System.IO;
using BitSlab.Cli.Commands;
using BitSlab.Traces;

namespace BitSlab.Tests.Cli;

/// <summary>One run of the command line in this process, with what it printed.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static CommandRun Of(params string[] arguments) => With(ContenderCatalog.For, arguments);

    /// <summary>Runs with other contenders, such as a broken one in BitSlab's place.</summary>
    public static CommandRun With(Func<SlabAllocatorOptions, ContenderCatalog> contenders, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, new CliHost(output, error, Interactive: false, contenders));
        return new CommandRun(code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A file that is gone after the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(byte[]? content = null, string ending = ".trace.gz")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"bitslab-{Guid.NewGuid():N}{ending}");
        if (content is not null)
        {
            File.WriteAllBytes(Path, content);
        }
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
