using System;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Replay;

/// <summary>Addresses of a trace's slots.</summary>
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

/// <summary>Makes the timed replays of one trace.</summary>
internal sealed class TimedReplayFactory(Trace trace, bool threads)
{
    // One of the two for all contenders in turn, since each leaves it as it was: the same cache lines for each.
    private readonly SlotTable? _slots = threads ? null : new SlotTable(trace);
    private readonly ThreadedFastReplay? _threads = threads ? new ThreadedFastReplay(trace) : null;

    public ITimedWork Create(Contender subject) => subject.Accept(new Visitor(this, subject));

    private ITimedWork Create<T>(SlabAllocator? allocator)
        where T : struct, IContender<T>, allows ref struct =>
        _threads is not null ? new ThreadedWork<T>(_threads, allocator) : new Work<T>(trace, _slots!, allocator);

    private sealed class Visitor(TimedReplayFactory factory, Contender subject) : IContenderVisitor<ITimedWork>
    {
        public ITimedWork Visit<T>()
            where T : struct, IContender<T>, allows ref struct => factory.Create<T>(subject.CreateAllocator());
    }

    private sealed class Work<T>(Trace trace, SlotTable slots, SlabAllocator? allocator) : ITimedWork
        where T : struct, IContender<T>, allows ref struct
    {
        public unsafe TimeSpan Round() => FastReplay.Run(trace, T.Open(allocator), default(UntouchedPayload), slots.Address);

        public void Dispose() => allocator?.Dispose();
    }

    private sealed class ThreadedWork<T>(ThreadedFastReplay replay, SlabAllocator? allocator) : ITimedWork
        where T : struct, IContender<T>, allows ref struct
    {
        public TimeSpan Round() => replay.Run<T, UntouchedPayload>(allocator, default);

        public void Dispose() => allocator?.Dispose();
    }
}
