using System.Globalization;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Queue;

/// <summary>One row of the table: makes its timed work for a contender.</summary>
internal abstract class QueueWorkload(string name)
{
    public string Name { get; } = name;

    public ITimedWork Create(Contender subject) => subject.Accept(new Visitor(this, subject));

    protected abstract ITimedWork Create<T>(SlabAllocator? allocator)
        where T : struct, IContender<T>, allows ref struct;

    private sealed class Visitor(QueueWorkload workload, Contender subject) : IContenderVisitor<ITimedWork>
    {
        public ITimedWork Visit<T>()
            where T : struct, IContender<T>, allows ref struct => workload.Create<T>(subject.CreateAllocator());
    }
}

/// <summary>Filled and cleared. The contenders share the queue, as each leaves it empty.</summary>
internal sealed class BurstWorkload<TPayload>(string name, BurstQueue queue, bool threads) : QueueWorkload(name)
    where TPayload : struct, IPayload
{
    protected override ITimedWork Create<T>(SlabAllocator? allocator) => new TimedBurst<T, TPayload>(queue, allocator, threads);
}

/// <summary>At a steady length, on this thread.</summary>
internal sealed class SteadyWorkload(int[] sizes, int length)
    : QueueWorkload(string.Create(CultureInfo.InvariantCulture, $"steady queue of {length:N0}"))
{
    protected override ITimedWork Create<T>(SlabAllocator? allocator) => new TimedSteady<T>(sizes, length, allocator);
}
