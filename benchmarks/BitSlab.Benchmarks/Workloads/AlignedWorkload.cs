using System;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Workloads;

/// <summary><c>aligned/SIZE-ALIGNMENT</c>: aligned blocks, several live at once.</summary>
internal sealed class AlignedWorkload(int size, int alignment, Effort effort)
    : NativeWorkload($"aligned/{size}-{alignment}", Batches(effort) * BatchLength)
{
    private const int BatchLength = 64;

    protected override ITimedWork Create<T>(SlabAllocator? allocator) => new Work<T>(size, alignment, allocator, Batches(effort));

    private static int Batches(Effort effort) => effort.Operations(3_000);

    /// <summary>A slice is a batch.</summary>
    private sealed unsafe class Work<T>(int size, int alignment, SlabAllocator? allocator, int slices) : SlicedWork(allocator, slices)
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly nint[] _blocks = new nint[BatchLength];

        protected override void Slice()
        {
            T contender = T.Open(Allocator);
            foreach (ref nint block in _blocks.AsSpan())
            {
                block = (nint)contender.AlignedAlloc((nuint)size, (nuint)alignment);
            }

            foreach (nint block in _blocks)
            {
                contender.AlignedFree((void*)block);
            }
        }

        protected override void Finish()
        {
            foreach (nint block in _blocks) // the last batch's, which are free by now
            {
                BlockCheck.Require(block != 0 && block % alignment == 0, "was not aligned");
            }
        }
    }
}
