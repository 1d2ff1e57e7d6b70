using System;
using System.IO;
using BitSlab.Traces;

namespace BitSlab.Cli.Commands;

/// <summary>What the commands have around them; a test gives its own.</summary>
/// <param name="Out">Takes tables.</param>
/// <param name="Error">Takes one line for each fault.</param>
/// <param name="Interactive">Whether a person looks at a terminal: then there is a progress bar.</param>
/// <param name="ContendersFor">The contenders of a preset.</param>
internal sealed record CliHost(
    TextWriter Out,
    TextWriter Error,
    bool Interactive,
    Func<SlabAllocatorOptions, ContenderCatalog> ContendersFor)
{
    public static CliHost ForConsole() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected && !Console.IsErrorRedirected, ContenderCatalog.For);

    public void Fail(string message) => Error.WriteLine($"bitslab: {message.ReplaceLineEndings(" ")}");
}
