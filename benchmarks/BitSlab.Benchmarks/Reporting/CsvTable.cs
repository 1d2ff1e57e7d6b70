using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Cli.Commands;
using CsvHelper;
using CsvHelper.Configuration;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>A CSV file with a header, read so that whatever is wrong is told with file and line.</summary>
internal static class CsvTable
{
    private static readonly CsvConfiguration s_configuration = new(CultureInfo.InvariantCulture)
    {
        // Looked at here, where the message can say more.
        MissingFieldFound = null,
        BadDataFound = null,
    };

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
