using System;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Cli.Commands;
using Spectre.Console;

namespace BitSlab.Cli.Output;

/// <summary>How all tables look: Markdown, to be read as it is and pasted as it is.</summary>
internal static class Tables
{
    // Wide enough for every table, whatever takes the output: a table that is wrapped is hard to read and to parse.
    private const int Width = 500;

    /// <param name="left">Headings of columns of words.</param>
    /// <param name="right">Headings of columns of figures, after those.</param>
    public static Table Create(ReadOnlySpan<string> left, ReadOnlySpan<string> right)
    {
        Table table = new() { Border = TableBorder.Markdown };
        foreach (string heading in left)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)).NoWrap());
        }

        foreach (string heading in right)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)).RightAligned().NoWrap());
        }

        return table;
    }

    public static void AddCells(this Table table, params string[] cells) => table.AddRow(Array.ConvertAll(cells, Markup.Escape));

    public static void Print(CliHost host, Table table, string note)
    {
        host.Out.Write(Markdown(table));
        if (note.Length > 0)
        {
            host.Out.WriteLine(note);
        }

#if DEBUG
        host.Out.WriteLine("This is a Debug build: its times say nothing about the allocator.");
#endif
    }

    public static string Markdown(Table table)
    {
        StringWriter text = new(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = Width;
        console.Write(table);
        return string.Concat(text.ToString()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line + Environment.NewLine));
    }
}
