using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Benchmarks.Memory.Phases;
using BitSlab.Benchmarks.Reporting.Plots;

namespace BitSlab.Benchmarks.Memory.Reporting;

/// <summary>The page of the memory figures, with its plots beside the figures. The same figures make the same page.</summary>
internal static class MemoryReport
{
    public const string PageName = "memory.md";

    /// <summary>The figures and plots, in a folder beside the page.</summary>
    public const string FolderName = "memory";

    public static void Write(string directory)
    {
        string folder = Path.Combine(directory, FolderName);
        MemoryFiles files = MemoryFiles.Read(folder);
        MemoryMeasurements measurements = new(files);
        MemoryPage page = new(measurements);
        page.AddOpening();
        page.AddEnvironment(files.Environment);
        page.AddGoals([.. MemoryGoals.All.Select(goal => goal.Judge(measurements))]);
        Palette palette = new(measurements.Contenders);
        page.AddDefinitions(files.Environment.FirstOrDefault(fact => fact.Key == MemoryFiles.EventsFact).Value);
        foreach (Phase phase in PhaseCatalog.All)
        {
            IReadOnlyList<WatchedPhase> contenders = measurements.Phase(phase.Name);
            if (contenders.Count == 0)
            {
                continue;
            }

            string plot = phase.Name + ".png";
            ResidentCurves.Save(Path.Combine(folder, plot), phase.Name, contenders, palette);
            page.AddPhase(phase, contenders, $"{FolderName}/{plot}");
        }

        page.AddTraces();
        page.AddStarts();
        page.AddCosts();
        File.WriteAllText(Path.Combine(directory, PageName), page.ToString());
    }
}
