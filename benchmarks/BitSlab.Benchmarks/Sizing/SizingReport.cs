using System.Collections.Generic;
using System.IO;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>The page of the figures, with its plots beside them. The same figures make the same page.</summary>
internal static class SizingReport
{
    public const string PageName = "README.md";

    /// <param name="folder">Where the figures are.</param>
    /// <param name="works">Whose plots are drawn.</param>
    public static void Write(string folder, IReadOnlyList<Trace> works)
    {
        SizingFiles files = SizingFiles.Read(folder);
        SizingPage page = new(files);
        page.AddOpening();
        page.AddGoals();
        page.AddWaste();
        page.AddAtPeak();
        page.AddMemory();
        page.AddTimes();
        page.AddPlots();
        foreach (Trace work in works)
        {
            LadderPlot.Save(Path.Combine(folder, SizingPage.PlotOf(work.Name)), work);
        }

        page.AddEnvironment(files.Environment);
        File.WriteAllText(Path.Combine(folder, PageName), page.ToString());
    }
}
