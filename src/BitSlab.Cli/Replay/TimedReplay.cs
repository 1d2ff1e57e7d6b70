using System;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Replay;

/// <summary>Addresses of a trace's slots, for all contenders in turn: the same cache lines for each.</summary>
internal sealed unsafe class SlotTable
{
    // Pinned, not native: a table from malloc would stand among one contender's blocks.
    private readonly nint[] _slots;

    public SlotTable(Trace trace)
    {
        _slots = GC.AllocateArray<nint>(Math.Max(1, trace.SlotCount), pinned: true);
        Array.Fill(_slots, -1); // resident before the memory is measured
        Array.Clear(_slots);
        Address = (nint*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_slots, 0);
    }

    public nint* Address { get; }
}

/// <summary>Makes the timed replay of one trace for a contender.</summary>
internal sealed class TimedReplayFactory(Trace trace, Contender subject, SlotTable slots, bool threads) : IContenderVisitor<ITimedWork>
{
    public ITimedWork Create() => subject.Accept(this);

    public ITimedWork Visit<T>()
        where T : struct, IContender<T>, allows ref struct =>
        threads ? new ThreadedWork<T>(trace, subject.CreateAllocator()) : new Work<T>(trace, slots, subject.CreateAllocator());

    private sealed class Work<T>(Trace trace, SlotTable slots, SlabAllocator? allocator) : ITimedWork
        where T : struct, IContender<T>, allows ref struct
    {
        public unsafe TimeSpan Round() => FastReplay.Run(trace, T.Open(allocator), default(UntouchedPayload), slots.Address);

        public void Dispose() => allocator?.Dispose();
    }

    private sealed class ThreadedWork<T>(Trace trace, SlabAllocator? allocator) : ITimedWork
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly ThreadedFastReplay _replay = new(trace);

        public TimeSpan Round() => _replay.Run<T, UntouchedPayload>(allocator, default);

        public void Dispose() => allocator?.Dispose();
    }
}
