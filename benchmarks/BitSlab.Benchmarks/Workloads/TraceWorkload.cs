using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Replay;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Workloads;

/// <summary><c>trace/NAME</c>, <c>trace-threads/NAME</c>: what <c>bitslab replay</c> measures.</summary>
internal sealed class TraceWorkload(Trace trace, bool threads)
    : Workload($"{(threads ? "trace-threads" : "trace")}/{trace.Name}", trace.Events.Length)
{
    private readonly TimedReplayFactory _replays = new(trace, threads);

    protected override ITimedWork? Create(Subject subject) => subject.Native is Contender native ? _replays.Create(native) : null;
}
