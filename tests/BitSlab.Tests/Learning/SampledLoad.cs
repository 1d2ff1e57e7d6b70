using System;
using BitSlab.Learning;
using BitSlab.Tests.Support;

namespace BitSlab.Tests.Learning;

/// <summary>Allocations on the calling thread in steps of a burst, each with one tick behind it: all of them are sampled.</summary>
internal static class SampledLoad
{
    public static void Run(Subject subject, int bursts, Func<int> size)
    {
        for (int burst = 0; burst < bursts; burst++)
        {
            for (int i = 0; i < SizeLearner.BurstLength; i++)
            {
                subject.Free(subject.Alloc((nuint)size()));
            }

            subject.Allocator.Tick();
        }
    }

    /// <summary>The same with sizes of a mixture, each as often as the others.</summary>
    public static void Run(Subject subject, int bursts, params int[] sizes)
    {
        int next = 0;
        Run(subject, bursts, () => sizes[next++ % sizes.Length]);
    }
}
