using System.Collections.Generic;
using System.IO;
using System.Linq;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Sizing;

/// <summary>The page of the figures, with its plots beside them. The same figures make the same page.</summary>
internal static class SizingReport
{
    public const string PageName = "README.md";

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
        foreach (Trace work in works.Where(work => files.Rows.Any(row => row.Work == work.Name)))
        {
            string plot = work.Name + ".png";
            LadderPlot.Save(Path.Combine(folder, plot), work);
            page.AddPlot(work.Name, plot);
        }

        page.AddEnvironment(files.Environment);
        File.WriteAllText(Path.Combine(folder, PageName), page.ToString());
    }
}
