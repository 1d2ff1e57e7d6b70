using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Commands;
using BitSlab.Cli.Output;
using MathNet.Numerics.Statistics;
using Spectre.Console;

namespace BitSlab.Benchmarks.Commands;

/// <summary>What <c>run</c> prints: the report has it all.</summary>
internal static class ResultTable
{
    public static void Print(CliHost host, IReadOnlyList<RoundValue> values)
    {
        string[] contenders = [.. values.Select(value => value.Contender).Distinct()];
        Table table = Tables.Create(["workload"], contenders);
        foreach (IGrouping<string, RoundValue> row in values.GroupBy(Title))
        {
            ILookup<string, double> byContender = row.ToLookup(value => value.Contender, value => value.Value);
            table.AddCells([row.Key, .. contenders.Select(contender => Cell([.. byContender[contender]]))]);
        }

        Tables.Print(host, table, "Nanoseconds: minimum / median.");
    }

    private static string Title(RoundValue value) =>
        value.Metric == Workload.TimePerOperation ? value.Workload : $"{value.Workload}, {value.Metric}";

    private static string Cell(double[] rounds) =>
        rounds.Length == 0 ? "-" : $"{Format.Nanoseconds(rounds.Minimum())} / {Format.Nanoseconds(rounds.Median())}";
}
