using System;
using BitSlab.Cli.Commands;
using Spectre.Console;

namespace BitSlab.Cli.Output;

/// <summary>A progress bar on a terminal; nothing elsewhere.</summary>
internal static class ProgressBar
{
    /// <param name="host">Says whether there is a terminal.</param>
    /// <param name="title">Stands before the bar.</param>
    /// <param name="total">Steps to come.</param>
    /// <param name="work">Gets a function that advances the bar by so many steps; it may be called on any thread.</param>
    /// <remarks>
    /// The bar is drawn when it is advanced and by no thread of its own, which would take a core from what is measured.
    /// </remarks>
    public static void Run(CliHost host, string title, double total, Action<Action<int>> work)
    {
        if (!host.Interactive)
        {
            work(_ => { });
            return;
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Out) }).Progress().AutoRefresh(false).AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask(title, maxValue: Math.Max(1, total));
            context.Refresh();
            work(steps =>
            {
                task.Increment(steps);
                context.Refresh();
            });
        });
    }
}
