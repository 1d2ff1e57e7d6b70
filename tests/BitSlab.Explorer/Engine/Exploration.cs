using System;
using System.Globalization;
using System.Text;

namespace BitSlab.Explorer.Engine;

/// <summary>Tries all orders of a scenario's steps within its bounds.</summary>
internal sealed class Exploration(Scenario scenario)
{
    public int Runs { get; private set; }

    public long Steps { get; private set; }

    /// <summary>What failed, and the steps that led there; null when nothing did.</summary>
    public string? Failure { get; private set; }

    /// <summary>
    /// Searches with no preemption, with one, and so on: the failures that need the fewest are found first, and cheaply.
    /// </summary>
    /// <returns>Whether nothing failed.</returns>
    public bool Run(Bounds bounds, TimeSpan limit)
    {
        long end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        using SimulatedThread direct = new(null, 0, "main");
        direct.Enter();
        using Scheduler scheduler = new(scenario);
        try
        {
            scenario.Prepare();
            for (int preemptions = 0; preemptions <= bounds.Preemptions; preemptions++)
            {
                int known;
                do
                {
                    // Which cells are shared is learnt by the way: what was not tried before it was known is tried now.
                    known = scheduler.Cells.SharedCells;
                    if (!Search(scheduler, direct, bounds with { Preemptions = preemptions }, end))
                    {
                        return false;
                    }
                }
                while (known != scheduler.Cells.SharedCells);
            }

            return true;
        }
        finally
        {
            Steps = scheduler.Steps;
            SimulatedThread.LeaveDirect();
        }
    }

    private bool Search(Scheduler scheduler, SimulatedThread direct, Bounds bounds, long end)
    {
        scheduler.Path.Reset();
        scheduler.Cells.Learn();
        do
        {
            Runs++;
            if (RunOnce(scheduler, direct, bounds) is string failure)
            {
                // Once more, with a log.
                scheduler.IsLogging = true;
                RunOnce(scheduler, direct, bounds);
                Failure = Report(scheduler, bounds, failure);
                scheduler.IsLogging = false;
                return false;
            }

            if (Environment.TickCount64 > end)
            {
                Failure = "the search takes too long: the scenario is too large for its bounds";
                return false;
            }
        }
        while (scheduler.Path.Advance());

        return true;
    }

    private string? RunOnce(Scheduler scheduler, SimulatedThread direct, Bounds bounds)
    {
        scenario.Restore();
        direct.Rewind();
        string? failure = scheduler.Run(bounds);
        if (failure == null)
        {
            try
            {
                scenario.Check();
            }
            catch (ScenarioException exception)
            {
                failure = exception.Message;
            }
            catch (NullReferenceException exception)
            {
                failure = exception.ToString();
            }
        }

        return failure;
    }

    private string Report(Scheduler scheduler, Bounds bounds, string failure)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{failure} (run {Runs}, {bounds.Preemptions} preemptions, {bounds.Delays} delays)");
        string last = string.Empty;
        foreach (LogEntry entry in scheduler.Entries)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{(entry.Thread == last ? string.Empty : entry.Thread),-12} {entry.What} {scenario.Describe(entry.Cell)} {entry.Value:x}");
            last = entry.Thread;
        }

        return text.ToString();
    }
}
