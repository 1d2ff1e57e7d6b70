using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Text;
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
    [SuppressMessage("Reliability", "CA2000", Justification = "The console's, until the process ends.")]
    public static CliHost ForConsole()
    {
        // Whoever reads a file or a pipe takes it for UTF-8. Windows would write the console's code page into it, which hardly knows a ×.
        if (OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            Console.SetOut(InUtf8(Console.OpenStandardOutput()));
        }

        if (OperatingSystem.IsWindows() && Console.IsErrorRedirected)
        {
            Console.SetError(InUtf8(Console.OpenStandardError()));
        }

        return new(Console.Out, Console.Error, !Console.IsOutputRedirected && !Console.IsErrorRedirected, ContenderCatalog.For);
    }

    public void Fail(string message) => Error.WriteLine($"bitslab: {message.ReplaceLineEndings(" ")}");

    // Without a byte order mark: another program's output may stand before it.
    private static StreamWriter InUtf8(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
