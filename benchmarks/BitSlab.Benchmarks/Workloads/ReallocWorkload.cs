using System;
using System.Collections.Generic;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// <c>realloc/growth</c>, <c>realloc/append</c>: buffers that grow by turns, each written at its new end, and are freed when they
/// are large. The time is one resize's.
/// </summary>
internal sealed class ReallocWorkload(string name, int[] sizes, int turns) : NativeWorkload($"realloc/{name}", (long)turns * Buffers * sizes.Length)
{
    private const int Buffers = 8;
    private const int FirstSize = 16;

    /// <summary>As a list grows: by half, up to 1 MiB.</summary>
    public static ReallocWorkload Growth(Effort effort)
    {
        List<int> sizes = [];
        for (int size = FirstSize; size < 1 << 20; size += size / 2)
        {
            sizes.Add(size);
        }

        return new ReallocWorkload("growth", [.. sizes, 1 << 20], effort.Operations(20));
    }

    /// <summary>As text is put together: 16 bytes at a time, up to 4 KiB.</summary>
    public static ReallocWorkload Append(Effort effort)
    {
        List<int> sizes = [];
        for (int size = FirstSize; size <= 4_096; size += 16)
        {
            sizes.Add(size);
        }

        return new ReallocWorkload("append", [.. sizes], effort.Operations(100));
    }

    protected override ITimedWork Create<T>(SlabAllocator? allocator) => new Work<T>(sizes, allocator, turns);

    /// <summary>A slice takes all buffers from nothing to the last size.</summary>
    private sealed unsafe class Work<T>(int[] sizes, SlabAllocator? allocator, int slices) : SlicedWork(allocator, slices)
        where T : struct, IContender<T>, allows ref struct
    {
        private readonly nint[] _buffers = new nint[Buffers];

        protected override void Slice()
        {
            T contender = T.Open(Allocator);
            foreach (int size in sizes)
            {
                foreach (ref nint buffer in _buffers.AsSpan())
                {
                    buffer = (nint)contender.Realloc((void*)buffer, (nuint)size);
                    ((byte*)buffer)[size - 1] = 1;
                }
            }

            foreach (ref nint buffer in _buffers.AsSpan())
            {
                contender.Free((void*)buffer);
                buffer = 0;
            }
        }

        protected override void Finish()
        {
            T contender = T.Open(Allocator);
            byte* buffer = (byte*)contender.Realloc(null, FirstSize);
            buffer[0] = 0x5A;
            buffer = (byte*)contender.Realloc(buffer, (nuint)sizes[^1]);
            BlockCheck.Require(buffer[0] == 0x5A, "lost its content when it was resized");
            contender.Free(buffer);
        }
    }
}
