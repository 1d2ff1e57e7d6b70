using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.IO.Enumeration;
using System.Linq;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Peers;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Replay;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Commands;

/// <summary>Options that several commands have.</summary>
internal static class BenchmarkOptions
{
    private const string TraceEnding = ".trace.gz";

    public static Option<string[]> Contenders() => List("--contenders", "NAME,…", "Contenders (default: all that are there).");

    public static Option<string[]> Traces() => new("--traces")
    {
        HelpName = "PATH…",
        Description = $"Traces, or folders of them (*{TraceEnding}).",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["traces"],
    };

    public static Option<string[]> List(string name, string help, string description) => new(name)
    {
        HelpName = help,
        Description = description,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()],
    };

    /// <summary>The traces of files and folders. No two have one name: it is what their figures are called.</summary>
    public static IReadOnlyList<(Trace Trace, string File)> ReadTraces(CliHost host, IEnumerable<string> paths)
    {
        List<string> files = TraceFiles(paths);
        List<Trace> traces = TraceLoading.LoadAll(host, files);
        return traces.CountBy(trace => trace.Name).FirstOrDefault(pair => pair.Value > 1).Key is string twice
            ? throw new BadInputException($"--traces: two traces are called {twice}.")
            : [.. traces.Zip(files)];
    }

    /// <summary>Of all, those whose names any of the patterns fits; all where there is no pattern.</summary>
    public static IReadOnlyList<T> Select<T>(string option, IReadOnlyList<T> all, Func<T, string> nameOf, IReadOnlyList<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            if (!all.Any(item => Fits(pattern, item)))
            {
                throw new BadInputException($"{option}: '{pattern}' fits none of {string.Join(", ", all.Select(nameOf))}.");
            }
        }

        return [.. all.Where(item => patterns.Count == 0 || patterns.Any(pattern => Fits(pattern, item)))];

        bool Fits(string pattern, T item) => FileSystemName.MatchesSimpleExpression(pattern, nameOf(item), ignoreCase: false);
    }

    public static void TellSkipped(CliHost host, SubjectCatalog catalog)
    {
        foreach (SkippedPeer skipped in catalog.Skipped)
        {
            host.Error.WriteLine($"skipped {skipped.Name}: {skipped.Reason}");
        }
    }

    private static List<string> TraceFiles(IEnumerable<string> paths)
    {
        List<string> files = [];
        foreach (string path in paths)
        {
            if (!Directory.Exists(path))
            {
                files.Add(File.Exists(path) ? path : throw new BadInputException($"--traces: {path}: no such file or folder"));
                continue;
            }

            string[] found = Directory.GetFiles(path, "*" + TraceEnding);
            Array.Sort(found, StringComparer.Ordinal);
            files.AddRange(found.Length > 0 ? found : throw new BadInputException($"--traces: {path}: no *{TraceEnding} in this folder"));
        }

        return files;
    }
}
