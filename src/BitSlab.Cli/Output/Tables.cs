using System;
using BitSlab.Cli.Commands;
using Spectre.Console;

namespace BitSlab.Cli.Output;

/// <summary>How all tables look.</summary>
internal static class Tables
{
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
        host.CreateConsole().Write(table);
        if (note.Length > 0)
        {
            host.Out.WriteLine(note);
        }

#if DEBUG
        host.Out.WriteLine("This is a Debug build: its times say nothing about the allocator.");
#endif
    }
}
