using System;
using System.Collections.Concurrent;
using System.Threading;

namespace BitSlab.Tests.Support;

/// <summary>Several threads that run at once, under a watchdog.</summary>
public static class Crowd
{
    /// <summary>Long enough for a slow machine; only a dead- or livelock takes it.</summary>
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(90);

    /// <summary>Starts the bodies together, waits for all, and throws what any of them threw.</summary>
    public static void Run(params Action[] bodies) => Run(HangGuard, bodies);

    /// <summary>The same for bodies that may take longer than the watchdog's usual time.</summary>
    public static void Run(TimeSpan guard, params Action[] bodies)
    {
        ArgumentNullException.ThrowIfNull(bodies);
        Needs.Threads();
        var thrown = new ConcurrentQueue<Exception>();
        using var start = new Barrier(bodies.Length);
        var threads = new Thread[bodies.Length];
        for (int i = 0; i < bodies.Length; i++)
        {
            Action body = bodies[i];
            threads[i] = new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    body();
                }
                catch (Exception e)
                {
                    thrown.Enqueue(e);
                }
            })
            { IsBackground = true, Name = $"crowd {i}" };
            threads[i].Start();
        }

        DateTime deadline = DateTime.UtcNow + guard;
        foreach (Thread thread in threads)
        {
            TimeSpan left = deadline - DateTime.UtcNow;
            if (!thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero))
            {
                throw new TimeoutException($"{thread.Name} hangs.", thrown.TryPeek(out Exception? cause) ? cause : null);
            }
        }

        if (!thrown.IsEmpty)
        {
            throw new AggregateException(thrown);
        }
    }

    /// <summary>Runs one body on each of several threads; it gets the thread's number.</summary>
    public static void Run(int threads, Action<int> body)
    {
        var bodies = new Action[threads];
        for (int i = 0; i < threads; i++)
        {
            int number = i;
            bodies[i] = () => body(number);
        }

        Run(bodies);
    }
}
