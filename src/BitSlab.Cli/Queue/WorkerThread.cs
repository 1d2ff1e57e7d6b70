using System;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace BitSlab.Cli.Queue;

/// <summary>A thread that lives through all rounds, as a program's producer does; it runs what it is given, one at a time.</summary>
internal sealed class WorkerThread : IDisposable
{
    private readonly SemaphoreSlim _given = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly Thread _thread;
    private Action? _work;
    private ExceptionDispatchInfo? _failure;

    public WorkerThread(string name)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public void Begin(Action work)
    {
        _work = work;
        _given.Release();
    }

    public void Wait()
    {
        _done.Wait();
        _failure?.Throw();
    }

    public void Dispose()
    {
        _work = null;
        _given.Release();
        _thread.Join();
        _given.Dispose();
        _done.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _given.Wait();
            if (_work is null)
            {
                return;
            }

            try
            {
                _work();
            }
#pragma warning disable CA1031 // whatever it is, it belongs on the thread that waits
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
            }

            _done.Release();
        }
    }
}
