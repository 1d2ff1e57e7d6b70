using System;
using System.IO;
using BitSlab.Traces;
using Spectre.Console;

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
    // Wide enough for every table: a file or a pipe has no width, and a wrapped table is hard to read and to parse.
    private const int WidthWithoutTerminal = 200;

    public static CliHost ForConsole() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected && !Console.IsErrorRedirected, ContenderCatalog.For);

    public IAnsiConsole CreateConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Out),
            Ansi = Interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = Interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = Interactive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!Interactive)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        return console;
    }

    public void Fail(string message) => Error.WriteLine($"bitslab: {message.ReplaceLineEndings(" ")}");
}
