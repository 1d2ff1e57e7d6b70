using System;
using System.Collections.Generic;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Measuring;

/// <summary>A row of the report: makes a contender's work.</summary>
/// <param name="id">Its name in the figures.</param>
/// <param name="operations">What a round's time is divided by.</param>
internal abstract class Workload(string id, long operations)
{
    public const string TimePerOperation = "ns/op";

    public string Id { get; } = id;

    public long Operations { get; } = operations;

    public virtual string Metric => TimePerOperation;

    /// <summary>Workloads of one family are warmed up together.</summary>
    public virtual string Family => Id[..Id.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>
    /// Workloads of one turn take their rounds together. As a rule each is by itself: what another one leaves in a contender's caches and
    /// heap would be part of its time.
    /// </summary>
    public virtual string Turn => Id;

    /// <summary>Each contender's work, by its name, where it takes part.</summary>
    public virtual IEnumerable<(string Contender, ITimedWork Work)> CreateAll(IEnumerable<Subject> subjects)
    {
        foreach (Subject subject in subjects)
        {
            if (Create(subject) is ITimedWork work)
            {
                yield return (subject.Name, work);
            }
        }
    }

    /// <summary>The contender's work; null where it takes no part.</summary>
    protected abstract ITimedWork? Create(Subject subject);
}

/// <summary>A workload of alloc and free only: for all contenders.</summary>
internal abstract class BlockWorkload(string id, long operations) : Workload(id, operations), IBlockVisitor<ITimedWork>
{
    protected override ITimedWork? Create(Subject subject) => subject.Accept(this);

    /// <summary>The work, which owns the allocator.</summary>
    public abstract ITimedWork Visit<T, TBlock>(SlabAllocator? allocator)
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock;
}

/// <summary>A workload of blocks that have an address.</summary>
internal abstract class NativeWorkload(string id, long operations) : Workload(id, operations)
{
    protected override ITimedWork? Create(Subject subject) =>
        subject.Native is Contender native ? native.Accept(new Compilation(this, native)) : null;

    /// <summary>The work, which owns the allocator.</summary>
    protected abstract ITimedWork Create<T>(SlabAllocator? allocator)
        where T : struct, IContender<T>, allows ref struct;

    private sealed class Compilation(NativeWorkload workload, Contender native) : IContenderVisitor<ITimedWork>
    {
        public ITimedWork Visit<T>()
            where T : struct, IContender<T>, allows ref struct => workload.Create<T>(native.CreateAllocator());
    }
}
