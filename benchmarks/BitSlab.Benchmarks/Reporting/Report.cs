namespace BitSlab.Benchmarks.Reporting;

/// <summary>Tables and plots of a folder's results.csv, latency.csv and environment.csv.</summary>
internal static class Report
{
    public static void Write(string directory)
    {
    }
}
