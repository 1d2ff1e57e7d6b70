using System.Globalization;

namespace BitSlab.Cli.Output;

/// <summary>Figures as tables print them: the same on every machine, whatever its language.</summary>
internal static class Format
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Nanoseconds(double value) => value.ToString(value < 100 ? "F2" : "F0", CultureInfo.InvariantCulture);

    public static string Ratio(double value) => value.ToString("F2", CultureInfo.InvariantCulture) + " ×";

    public static string MiB(long bytes) => (bytes / (1024.0 * 1024.0)).ToString("F2", CultureInfo.InvariantCulture);

    public static string Factor(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (share * 100).ToString("F1", CultureInfo.InvariantCulture) + " %";

    /// <summary>Bytes where hundredths tell: a mean over very many requests.</summary>
    public static string FineBytes(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    public static string Bytes(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
