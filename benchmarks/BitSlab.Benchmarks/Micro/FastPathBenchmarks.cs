using System;
using System.Buffers;
using BenchmarkDotNet.Attributes;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Micro;

/// <summary>An alloc and a free at once: the fast paths and nothing else.</summary>
[MemoryDiagnoser]
public class FastPathBenchmarks
{
    private const int Blocks = 1024;
    private const int MixedMost = 1024;

    private readonly nuint[] _sizes = new nuint[Blocks];

    /// <summary>Of the blocks; with 0 they are mixed, from 1 to 1,024.</summary>
    [Params(64, 0)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Random random = new(1);
        for (int i = 0; i < Blocks; i++)
        {
            _sizes[i] = (nuint)(Bytes != 0 ? Bytes : random.Next(1, MixedMost + 1));
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Blocks)]
    public void NativeMemory() => AllocAndFree(NativeMemoryContender.Open(null));

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void Static() => AllocAndFree(SlabMemoryContender.Open(null));

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void Instance() => AllocAndFree(SlabAllocatorContender.Open(SlabAllocator.Shared));

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void Handle() => AllocAndFree(SlabThreadHeapContender.Open(SlabAllocator.Shared));

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void ArrayPool()
    {
        foreach (nuint size in _sizes)
        {
            ArrayPool<byte>.Shared.Return(ArrayPool<byte>.Shared.Rent((int)size));
        }
    }

    private unsafe void AllocAndFree<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        foreach (nuint size in _sizes)
        {
            contender.Free(contender.Alloc(size));
        }
    }
}
