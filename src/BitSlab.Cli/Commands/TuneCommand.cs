using System.CommandLine;
using System.Globalization;
using System.Numerics;
using BitSlab.Cli.Tune;

namespace BitSlab.Cli.Commands;

/// <summary><c>bitslab tune TRACE…</c>: size classes made for what programs ask for.</summary>
internal static class TuneCommand
{
    private const int DefaultAlignment = 16;
    private const int MaxAlignment = 4_096;

    // What an allocator's options take.
    private const int LeastMaxBlockSize = 64;

    public static Command Create(CliHost host)
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Traces in the BSTRACE1 format, or profiles (.json) that tell what an allocator was asked for. Several are summed.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<int?> classes = SharedOptions.Number(
            "--classes", "K", "The most classes (default as many as BitSlab has by default).", 1, SizeClassProfile.MaxClasses);
        Option<int?> alignment = SharedOptions.Number(
            "--alignment", "A", "Every block size is a multiple of this power of two (default 16).", 1, MaxAlignment);
        Option<int?> maxBlockSize = SharedOptions.Number(
            "--max-block-size",
            "N",
            "What the largest class holds; requests above it are left out (default 32768).",
            LeastMaxBlockSize,
            SizeHistogram.MaxSize);
        Option<string?> output = SharedOptions.NewFile("--output", "Writes the profile to this file.", "-o");
        Command command = new("tune", "Finds the size classes that waste least on recorded programs, and writes them as a profile.")
        {
            files, classes, alignment, maxBlockSize, output,
        };
        command.SetAction(result =>
        {
            int multiple = result.GetValue(alignment) ?? DefaultAlignment;
            if (!BitOperations.IsPow2(multiple))
            {
                throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"--alignment must be a power of two, not {multiple}."));
            }

            return Tuning.Run(host, new TuneOptions(
                result.GetRequiredValue(files),
                result.GetValue(classes),
                multiple,
                result.GetValue(maxBlockSize) ?? SizeHistogram.MaxSize,
                result.GetValue(output)));
        });
        return command;
    }
}
