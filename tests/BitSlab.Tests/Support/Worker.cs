using System;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading;
using Xunit;

namespace BitSlab.Tests.Support;

/// <summary>
/// A thread that does one thing after another when told to, each step finished before the caller goes on: two
/// threads' work in an order that the test chooses.
/// </summary>
public sealed class Worker : IDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);

    private readonly BlockingCollection<Action> _steps = [];
    private readonly Thread _thread;
    private bool _disposed;

    public Worker()
    {
        Needs.Threads();
        _thread = new Thread(Loop) { IsBackground = true, Name = "worker" };
        _thread.Start();
    }

    /// <summary>Runs one step on a thread of its own that then ends.</summary>
    public static void RunOnce(Action step)
    {
        using var worker = new Worker();
        worker.Run(step);
    }

    /// <summary>Runs a step on the thread, waits for it, and throws what it threw.</summary>
    public void Run(Action step)
    {
        ArgumentNullException.ThrowIfNull(step);
        ExceptionDispatchInfo? thrown = null;
        using var done = new ManualResetEventSlim();
        _steps.Add(() =>
        {
            try
            {
                step();
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }

            done.Set();
        });
        if (!done.Wait(HangGuard))
        {
            throw new TimeoutException("A worker hangs.");
        }

        thrown?.Throw();
    }

    /// <summary>Ends the thread and waits until it is dead.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _steps.CompleteAdding();
            Assert.True(_thread.Join(HangGuard), "A worker does not end.");
            _steps.Dispose();
        }
    }

    private void Loop()
    {
        foreach (Action step in _steps.GetConsumingEnumerable())
        {
            step();
        }
    }
}
