using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;
using Spectre.Console;

namespace BitSlab.Cli.Tune;

/// <summary><c>bitslab tune</c>: the size classes that waste least on the requests of some files, beside others.</summary>
internal static class Tuning
{
    // From too few to more than the default has, so that the table shows where more classes stop to pay.
    private static readonly int[] s_shown = [4, 8, 12, 16, 24, 32, 48, 64, 96, 104, 128];

    public static int Run(CliHost host, TuneOptions options)
    {
        SizeHistogram requests = Read(host, options, out List<TuneInput> inputs);
        IReadOnlyList<int> standard = DefaultBlockSizes(options);
        int chosen = options.Classes ?? standard.Count;
        SortedDictionary<int, SizeClassProfile> best = new(s_shown.Append(chosen).Distinct().ToDictionary(
            classes => classes, classes => SizeClassProfile.Optimize(requests, classes, options.Alignment, options.MaxBlockSize)));

        // First, so that there is no table without the file.
        if (options.Output is string file)
        {
            best[chosen].Save(file);
        }

        PrintInputs(host, options, inputs);
        PrintLadders(host, [
            LadderRow.Original(requests),
            LadderRow.Of("default", standard, requests),
            .. best.Select(ladder => LadderRow.Of(
                Invariant($"best of at most {ladder.Key}{(ladder.Key == chosen ? ", chosen" : "")}"), ladder.Value.BlockSizes, requests)),
        ]);
        host.Out.WriteLine(options.Output is null
            ? $"block sizes: {string.Join(", ", best[chosen].BlockSizes)}"
            : Invariant($"{options.Output}: {best[chosen].BlockSizes.Count} classes"));
        return ExitCode.Good;
    }

    private static SizeHistogram Read(CliHost host, TuneOptions options, out List<TuneInput> inputs)
    {
        SizeHistogram sum = new();
        List<TuneInput> read = [];
        ProgressBar.Run(host, "reading", options.Files.Count, advanced =>
        {
            foreach (string file in options.Files)
            {
                TuneInput input = TuneInput.Read(file, options.MaxBlockSize, options.Alignment);
                try
                {
                    sum.Add(input.Histogram);
                }
                catch (ArgumentOutOfRangeException cause)
                {
                    throw new BadInputException($"{file}: has more requests than can be counted together with those before it", cause);
                }

                read.Add(input);
                advanced(1);
            }
        });
        inputs = read;
        return sum.Count > 0
            ? sum
            : throw new BadInputException(Invariant($"{string.Join(", ", options.Files)}: no request of at most {options.MaxBlockSize} bytes"));
    }

    // From the allocator itself, which is thus what it is compared with.
    private static IReadOnlyList<int> DefaultBlockSizes(TuneOptions options)
    {
        using SlabAllocator allocator = new(new SlabAllocatorOptions
        {
            MaxManagedBlockSize = options.MaxBlockSize,
            MinimumAlignment = options.Alignment,
        });
        return allocator.ExportProfile().BlockSizes;
    }

    private static void PrintInputs(CliHost host, TuneOptions options, List<TuneInput> inputs)
    {
        foreach ((TuneInput input, string file) in inputs.Zip(options.Files))
        {
            host.Out.WriteLine(
                $"{file}: {Format.Count(input.Histogram.Count)} requests of {Format.Count(input.Histogram.Sizes.Count)} sizes; "
                + $"{Format.Count(input.LeftOut)} above {Format.Count(options.MaxBlockSize)} bytes left out");
        }
    }

    private static void PrintLadders(CliHost host, IEnumerable<LadderRow> ladders)
    {
        Table table = Tables.Create(["ladder"], ["classes", "waste B/request", "of requested"]);
        foreach (LadderRow ladder in ladders)
        {
            table.AddCells(
                ladder.Name,
                Format.Count(ladder.Classes),
                Format.FineBytes(ladder.WastePerRequest),
                Format.Percent(ladder.WasteShare));
        }

        host.Out.Write(Tables.Markdown(table));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
