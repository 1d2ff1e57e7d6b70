using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Measuring;

/// <summary>
/// Work on the calling thread that is done slice by slice: a method with one long loop is compiled by on-stack replacement, with
/// worse code, while one that is called hundreds of times gets the optimised code.
/// </summary>
/// <param name="allocator">For contenders that are instances; disposed of with the work.</param>
/// <param name="slices">Slices of a round.</param>
internal abstract class SlicedWork(SlabAllocator? allocator, int slices) : ITimedWork
{
    /// <summary>Blocks a slice: a call costs nothing beside so many.</summary>
    public const int Length = FastReplay.SliceLength;

    protected SlabAllocator? Allocator => allocator;

    // Not optimised: that would take the slice of one contender, the most frequent one by the profile, into the loop, and not the
    // others'.
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public virtual TimeSpan Round()
    {
        long begin = Stopwatch.GetTimestamp();
        for (int slice = 0; slice < slices; slice++)
        {
            Slice();
        }

        return Stopwatch.GetElapsedTime(begin);
    }

    public void Dispose()
    {
        Finish();
        allocator?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One slice. It opens the contender itself: a heap held in locals is in registers.</summary>
    protected abstract void Slice();

    /// <summary>Checks and frees what is live.</summary>
    protected abstract void Finish();
}
