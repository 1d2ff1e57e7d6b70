using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Queue;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// <c>free-batch/single</c>, <c>free-batch/batch</c>: blocks of another thread are freed in the order of their allocation, one by
/// one or 64 with a call. Only the freeing thread's time counts.
/// </summary>
internal sealed class FreeBatchWorkload(bool batches, Effort effort)
    : NativeWorkload(batches ? "free-batch/batch" : "free-batch/single", Slices(effort) * SlicedWork.Length)
{
    private const int BatchLength = 64;
    private const int BlockSize = 64;

    public override string Metric => "ns/op freeing";

    // The ratio of the two is the figure.
    public override string Turn => Family;

    protected override ITimedWork? Create(Subject subject) => batches && !SubjectCatalog.IsBitSlab(subject) ? null : base.Create(subject);

    protected override ITimedWork Create<T>(SlabAllocator? allocator) => new Work<T>(batches, allocator, Slices(effort));

    private static int Slices(Effort effort) => effort.Operations(50);

    private sealed unsafe class Work<T>(bool batches, SlabAllocator? allocator, int slices) : ITimedWork
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly nint[] _blocks = new nint[slices * SlicedWork.Length];
        private readonly WorkerThread _owner = new("owner");

        public TimeSpan Round()
        {
            _owner.Begin(Allocate);
            _owner.Wait();
            BlockCheck.NotNull<NativeBlock>(MemoryMarshal.Cast<nint, NativeBlock>(_blocks));
            long begin = Stopwatch.GetTimestamp();
            for (int start = 0; start < _blocks.Length; start += SlicedWork.Length)
            {
                ReadOnlySpan<nint> slice = _blocks.AsSpan(start, SlicedWork.Length);
                if (batches)
                {
                    FreeBatches(slice);
                }
                else
                {
                    FreeSingly(slice);
                }
            }

            return Stopwatch.GetElapsedTime(begin);
        }

        public void Dispose()
        {
            _owner.Dispose();
            allocator?.Dispose();
        }

        private void Allocate()
        {
            T contender = T.Open(allocator);
            foreach (ref nint block in _blocks.AsSpan())
            {
                block = (nint)contender.Alloc(BlockSize);
            }
        }

        private void FreeSingly(ReadOnlySpan<nint> blocks)
        {
            T contender = T.Open(allocator);
            foreach (nint block in blocks)
            {
                contender.Free((void*)block);
            }
        }

        // The contenders have no such call; a thread heap's leads to its allocator's.
        private void FreeBatches(ReadOnlySpan<nint> blocks)
        {
            for (; !blocks.IsEmpty; blocks = blocks[BatchLength..])
            {
                if (allocator is null)
                {
                    SlabMemory.FreeBatch(blocks[..BatchLength]);
                }
                else
                {
                    allocator.FreeBatch(blocks[..BatchLength]);
                }
            }
        }
    }
}
