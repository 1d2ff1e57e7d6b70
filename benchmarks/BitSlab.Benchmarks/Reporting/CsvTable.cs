using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Cli.Commands;
using CsvHelper;
using CsvHelper.Configuration;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>CSV files with a header: written, and read so that whatever is wrong is told with file and line.</summary>
internal static class CsvTable
{
    private const string EnvironmentFile = "environment.csv";

    private static readonly CsvConfiguration s_configuration = new(CultureInfo.InvariantCulture)
    {
        NewLine = "\n",

        // Looked at here, where the message can say more.
        MissingFieldFound = null,
        BadDataFound = null,
    };

    private static readonly string[] s_environment = ["key", "value"];

    /// <summary>environment.csv: what the figures depend on besides the code.</summary>
    public static List<KeyValuePair<string, string>> ReadEnvironment(string directory) => Read(
        Path.Combine(directory, EnvironmentFile), s_environment, row => KeyValuePair.Create(row.Text("key"), row.Text("value")));

    public static void WriteEnvironment(string directory, IEnumerable<KeyValuePair<string, string>> environment) => Write(
        Path.Combine(directory, EnvironmentFile), s_environment, environment.Select(pair => new object[] { pair.Key, pair.Value }));

    public static void Write(string path, string[] header, IEnumerable<object[]> rows)
    {
        using StreamWriter file = new(path) { NewLine = "\n" };
        using CsvWriter csv = new(file, s_configuration);
        foreach (object[] row in rows.Prepend(header))
        {
            foreach (object field in row)
            {
                csv.WriteField(field);
            }

            csv.NextRecord();
        }
    }

    public static List<T> Read<T>(string path, string[] columns, Func<Row, T> convert)
    {
        if (!File.Exists(path))
        {
            throw new BadInputException($"{path} is missing: the figures of a run stand there.");
        }

        using StreamReader file = new(path);
        using CsvReader csv = new(file, s_configuration);
        if (!csv.Read() || !csv.ReadHeader() || !columns.SequenceEqual(csv.HeaderRecord!))
        {
            throw new BadInputException($"{path}, line 1: the header is not '{string.Join(',', columns)}'.");
        }

        List<T> records = [];
        while (csv.Read())
        {
            Row row = new(path, csv);
            if (csv.Parser.Count != columns.Length)
            {
                throw row.Bad($"{csv.Parser.Count} fields instead of {columns.Length}");
            }

            records.Add(convert(row));
        }

        return records;
    }

    /// <summary>The line that is being read.</summary>
    public readonly struct Row(string path, CsvReader csv)
    {
        public string Text(string column) =>
            csv.GetField(column) is { Length: > 0 } text ? text : throw Bad($"no {column}");

        public int Number(string column) =>
            csv.TryGetField(column, out int number) ? number : throw Bad($"{column} '{csv.GetField(column)}' is not a whole number");

        public long Whole(string column) =>
            csv.TryGetField(column, out long number) ? number : throw Bad($"{column} '{csv.GetField(column)}' is not a whole number");

        public double Time(string column) =>
            csv.TryGetField(column, out double number) && double.IsFinite(number) && number >= 0
                ? number
                : throw Bad($"{column} '{csv.GetField(column)}' is not a time");

        // Ratios and logarithms are made of them.
        public double Positive(string column) =>
            csv.TryGetField(column, out double number) && double.IsFinite(number) && number > 0
                ? number
                : throw Bad($"{column} '{csv.GetField(column)}' is not a positive number");

        public double Percent(string column) =>
            csv.TryGetField(column, out double number) && number is >= 0 and <= 100
                ? number
                : throw Bad($"{column} '{csv.GetField(column)}' is not between 0 and 100");

        public BadInputException Bad(string what) =>
            new(string.Create(CultureInfo.InvariantCulture, $"{path}, line {csv.Parser.RawRow}: {what}."));
    }
}
