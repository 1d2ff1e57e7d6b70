using System;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// <c>zeroed/SIZE</c>: zeroed blocks, several live at once. Each is written to before it is freed, so that none is still zero when
/// it comes again.
/// </summary>
internal sealed class ZeroedWorkload(int size, Effort effort) : NativeWorkload($"zeroed/{size}", Batches(size, effort) * BatchLength)
{
    private const int BatchLength = 32;

    protected override ITimedWork Create<T>(SlabAllocator? allocator) => new Work<T>(size, allocator, Batches(size, effort));

    // To clear 64 KiB takes some hundred times as long as the rest.
    private static int Batches(int size, Effort effort) => effort.Operations(size > 10_000 ? 100 : 5_000);

    /// <summary>A slice is a batch.</summary>
    private sealed unsafe class Work<T>(int size, SlabAllocator? allocator, int slices) : SlicedWork(allocator, slices)
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly nint[] _blocks = new nint[BatchLength];

        protected override void Slice()
        {
            T contender = T.Open(Allocator);
            foreach (ref nint block in _blocks.AsSpan())
            {
                block = (nint)contender.AllocZeroed((nuint)size);
                *(byte*)block = 1;
            }

            foreach (nint block in _blocks)
            {
                contender.Free((void*)block);
            }
        }

        protected override void Finish()
        {
            T contender = T.Open(Allocator);
            void* block = contender.AllocZeroed((nuint)size);
            BlockCheck.Require(!new Span<byte>(block, size).ContainsAnyExcept((byte)0), "was not zeroed");
            contender.Free(block);
        }
    }
}
