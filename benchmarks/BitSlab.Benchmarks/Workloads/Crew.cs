using System;
using System.Diagnostics;
using System.Globalization;
using BitSlab.Cli.Queue;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>Threads that live through all rounds, as a program's do.</summary>
internal sealed class Crew : IDisposable
{
    private readonly WorkerThread[] _workers;

    public Crew(int count)
    {
        _workers = new WorkerThread[count];
        for (int i = 0; i < count; i++)
        {
            _workers[i] = new WorkerThread(string.Create(CultureInfo.InvariantCulture, $"crew {i}"));
        }
    }

    /// <summary>Has each thread do its part; the time until the last one is done.</summary>
    public TimeSpan Run(Action<int> part)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < _workers.Length; i++)
        {
            int index = i;
            _workers[i].Begin(() => part(index));
        }

        foreach (WorkerThread worker in _workers)
        {
            worker.Wait();
        }

        return Stopwatch.GetElapsedTime(begin);
    }

    public void Dispose()
    {
        foreach (WorkerThread worker in _workers)
        {
            worker.Dispose();
        }
    }
}
