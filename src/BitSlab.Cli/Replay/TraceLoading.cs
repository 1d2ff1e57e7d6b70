using System.Collections.Generic;
using System.IO;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;
using BitSlab.Traces;

namespace BitSlab.Cli.Replay;

internal static class TraceLoading
{
    /// <summary>Reads all files before any is replayed: a bad one is told at once, not after minutes of measuring.</summary>
    public static List<Trace> LoadAll(CliHost host, IReadOnlyList<string> files)
    {
        List<Trace> traces = new(files.Count);
        ProgressBar.Run(host, "reading", files.Count, advanced =>
        {
            foreach (string file in files)
            {
                RequireFile(file);
                traces.Add(TraceReader.Read(file));
                advanced(1);
            }
        });
        return traces;
    }

    public static void RequireFile(string file)
    {
        if (!File.Exists(file))
        {
            throw new BadInputException(Directory.Exists(file) ? $"{file}: is a folder" : $"{file}: no such file");
        }
    }
}
