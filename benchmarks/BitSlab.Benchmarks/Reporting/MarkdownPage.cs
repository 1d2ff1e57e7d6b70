using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using BitSlab.Cli.Output;
using Spectre.Console;

namespace BitSlab.Benchmarks.Reporting;

/// <summary>A page of the documentation that a command writes, in Markdown, from top to bottom.</summary>
internal abstract class MarkdownPage
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString().ReplaceLineEndings("\n");

    public void AddEnvironment(IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        Section("Machine and versions");
        Table table = Tables.Create(["what", "value"], []);
        foreach ((string key, string value) in environment)
        {
            table.AddCells(key.Replace("peer:", "C peer ", StringComparison.Ordinal).Replace("skipped:", "not there: ", StringComparison.Ordinal), value);
        }

        Add(table);
    }

    protected void Title(string title) => _text.Append("# ").AppendLine(title);

    protected void Section(string title)
    {
        _text.AppendLine();
        _text.Append("## ").AppendLine(title);
    }

    protected void Subsection(string title)
    {
        _text.AppendLine();
        _text.Append("### ").AppendLine(title);
    }

    protected void Paragraph(string text)
    {
        _text.AppendLine();
        _text.AppendLine(text);
    }

    protected void Add(Table table)
    {
        _text.AppendLine();
        _text.Append(Tables.Markdown(table));
    }

    protected void AddGoals<TFiles>(IEnumerable<Goal<TFiles>> goals, TFiles files)
    {
        Section("Goals");
        Table table = Tables.Create(["goal"], ["asked for", "measured", "verdict"]);
        foreach (Goal<TFiles> goal in goals)
        {
            double? value = goal.Find(files);
            table.AddCells(
                goal.What,
                goal.Wanted,
                value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-",
                goal.Judge(value) switch { Verdict.Met => "met", Verdict.Missed => "**missed**", _ => "not measured" });
        }

        Add(table);
    }

    protected void AddPlots(string title, IReadOnlyList<string> plots)
    {
        foreach (string plot in plots)
        {
            Paragraph($"![{title}]({plot})");
        }
    }
}
