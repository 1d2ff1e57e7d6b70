using System;
using System.Collections.Generic;
using System.Threading;

namespace BitSlab.Explorer.Engine;

/// <summary>
/// Decides before each step which thread does the next, and which stores become visible late. The thread that runs does the
/// deciding itself, and hands over where another is chosen; so no lock is needed, and going on costs nothing.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    // The longest correct run takes some 500 steps.
    private const int MaxSteps = 20_000;

    private readonly Scenario _scenario;
    private readonly SimulatedThread[] _threads;
    private readonly SemaphoreSlim _runEnded = new(0);
    private readonly List<SimulatedThread> _options = [];
    private readonly List<LogEntry> _log = [];
    private volatile bool _failing;
    private volatile bool _closing;
    private int _unwinding;
    private int _steps;
    private int _preemptionsLeft;
    private int _delaysLeft;
    private string? _failure;

    public Scheduler(Scenario scenario)
    {
        _scenario = scenario;
        _threads = new SimulatedThread[scenario.Threads.Count];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new SimulatedThread(this, i, scenario.Threads[i]);
            int number = i;
            new Thread(() => Work(_threads[number])) { IsBackground = true, Name = scenario.Threads[i] }.Start();
        }
    }

    public DecisionPath Path { get; } = new();

    public CellUse Cells { get; } = new();

    public long Steps { get; private set; }

    public bool IsLogging { get; set; }

    /// <summary><see cref="Bounds.StoresInOrder"/> of this run.</summary>
    public bool StoresInOrder { get; private set; }

    public IReadOnlyList<LogEntry> Entries => _log;

    /// <summary>Runs all threads once, to their ends; the reason when something failed.</summary>
    public string? Run(Bounds bounds)
    {
        _steps = 0;
        _failing = false;
        _failure = null;
        _log.Clear();
        _preemptionsLeft = bounds.Preemptions;
        _delaysLeft = bounds.Delays;
        StoresInOrder = bounds.StoresInOrder;
        Path.Rewind();
        foreach (SimulatedThread thread in _threads)
        {
            thread.Rewind();
        }

        SimulatedThread? first = Next();
        first!.IsStarted = true;
        first.Wake();
        _runEnded.Wait();
        Steps += _steps;
        return _failure;
    }

    /// <summary>Before a thread's step: goes on, after others had their turn if so decided.</summary>
    public void Reach(SimulatedThread thread, nint cell, bool write, string what)
    {
        if (++_steps > MaxSteps)
        {
            throw new ScenarioException("the run does not end: a list is cyclic, or threads wait for each other");
        }

        if (Matters(thread, cell, write))
        {
            Decide(thread);

            // Others' stores to the cell that are held back: seen, or not.
            DecideVisible(thread, cell);
        }

        Log(thread, what, cell, 0);
    }

    /// <summary>Whether a store is held back. Only where another thread looks at the cell, and within the bound.</summary>
    public bool ChooseDelay(SimulatedThread thread, nint cell)
    {
        if (_delaysLeft == 0 || !Matters(thread, cell, write: true) || Path.Choose(2) == 0)
        {
            return false;
        }

        _delaysLeft--;
        return true;
    }

    public void OnWritten(nint cell)
    {
        foreach (SimulatedThread thread in _threads)
        {
            if (thread.WaitsFor == cell)
            {
                thread.WaitsFor = 0;
            }
        }
    }

    /// <summary>The thread cannot go on until a cell is written.</summary>
    public void Wait(SimulatedThread thread, nint cell)
    {
        thread.WaitsFor = cell;
        SimulatedThread? next = Next();
        if (next == null)
        {
            throw new ScenarioException("all threads wait for each other");
        }

        if (next != thread)
        {
            HandOver(thread, next);
        }
    }

    public bool AnyHolds(SimulatedThread but, nint start, nint end) =>
        Array.Exists(_threads, t => t != but && t.HoldsStoreIn(start, end));

    /// <summary>Makes all stores of all threads visible.</summary>
    public void FlushAll() => Array.ForEach(_threads, thread => thread.Flush());

    public void Log(SimulatedThread thread, string what, nint cell, long value)
    {
        if (IsLogging)
        {
            _log.Add(new LogEntry(thread.Name, what, cell, value));
        }
    }

    public void Dispose()
    {
        _closing = true;
        foreach (SimulatedThread thread in _threads)
        {
            thread.Wake();
        }

        _runEnded.Dispose();
    }

    // Whether it makes a difference when the step is done: others use the cell, or the step is allowed for some time only.
    private bool Matters(SimulatedThread thread, nint cell, bool write) =>
        Cells.IsShared(cell, thread.Number, write) || (write && thread.IsGuarded(cell));

    // The thread could go on. Stopping it costs one of the bound.
    private void Decide(SimulatedThread thread)
    {
        if (_preemptionsLeft == 0)
        {
            return;
        }

        _options.Clear();
        _options.Add(thread);
        foreach (SimulatedThread other in _threads)
        {
            if (other != thread && other.CanRun)
            {
                _options.Add(other);
            }
        }

        SimulatedThread chosen = _options[Path.Choose(_options.Count)];
        if (chosen != thread)
        {
            _preemptionsLeft--;
            HandOver(thread, chosen);
        }
    }

    // When a store becomes visible matters only to who uses its cell next: that is when it is decided.
    private void DecideVisible(SimulatedThread thread, nint cell)
    {
        foreach (SimulatedThread other in _threads)
        {
            while (other != thread && other.Holds(cell) && Path.Choose(2) == 1)
            {
                other.FlushCell(cell);
            }
        }
    }

    // Who goes on when the thread that ran cannot. Null: nobody can, or all are finished.
    private SimulatedThread? Next()
    {
        while (true)
        {
            _options.Clear();
            foreach (SimulatedThread thread in _threads)
            {
                if (thread.CanRun)
                {
                    _options.Add(thread);
                }
            }

            if (_options.Count > 0)
            {
                return _options[Path.Choose(_options.Count)];
            }

            // Every store becomes visible at last; perhaps that is what they wait for.
            if (!Array.Exists(_threads, t => t.HoldsStores))
            {
                return null;
            }

            foreach (SimulatedThread thread in _threads)
            {
                thread.Flush();
            }
        }
    }

    private void HandOver(SimulatedThread from, SimulatedThread to)
    {
        to.IsStarted = true;
        to.Wake();
        from.Park();
        if (_failing)
        {
            throw new RunEndedException();
        }
    }

    private void Work(SimulatedThread thread)
    {
        thread.Enter();
        while (true)
        {
            thread.Park();
            if (_closing)
            {
                thread.Dispose();
                return;
            }

            try
            {
                _scenario.Run(thread.Number);
                thread.SetGuard(null);
                thread.IsFinished = true;
                SimulatedThread? next = Next();
                if (next != null)
                {
                    next.IsStarted = true;
                    next.Wake();
                    continue;
                }

                if (Array.Exists(_threads, t => !t.IsFinished))
                {
                    throw new ScenarioException("a lock was never released");
                }

                _runEnded.Release();
            }
            catch (RunEndedException)
            {
                Unwound();
            }
            catch (Exception exception)
            {
                thread.IsFinished = true;
                Fail(exception is ScenarioException ? exception.Message : exception.ToString());
            }
        }
    }

    // The others stand in the middle of the core: they are unwound, all at once; they touch nothing on the way.
    private void Fail(string failure)
    {
        _failure = failure;
        _failing = true;
        SimulatedThread[] waiting = Array.FindAll(_threads, t => t.IsStarted && !t.IsFinished);
        _unwinding = waiting.Length + 1;
        foreach (SimulatedThread thread in waiting)
        {
            thread.Wake();
        }

        Unwound();
    }

    private void Unwound()
    {
        if (Interlocked.Decrement(ref _unwinding) == 0)
        {
            _runEnded.Release();
        }
    }

}

/// <summary>One step of a run, for the report.</summary>
internal readonly record struct LogEntry(string Thread, string What, nint Cell, long Value);
