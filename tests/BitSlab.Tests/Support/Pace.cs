using System.Threading;

namespace BitSlab.Tests.Support;

/// <summary>Lets threads go on together, step by step, without a wait in the runtime.</summary>
public sealed class Pace(int threads)
{
    private int _arrived;

    /// <summary>Whether a thread gave up: nobody waits for it any longer.</summary>
    public bool Ended => Volatile.Read(ref _arrived) < 0;

    public void End() => Volatile.Write(ref _arrived, int.MinValue);

    public void Next(int step)
    {
        Interlocked.Increment(ref _arrived);
        for (int looks = 0; !Ended && Volatile.Read(ref _arrived) < (step + 1) * threads; looks++)
        {
            if (looks > 2000)
            {
                Thread.Yield();
            }
        }
    }
}
