using System;
using System.Buffers;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Contenders;

/// <summary>
/// Alloc and free, all that a native allocator and a pool of arrays have in common. Implemented by structs only, as
/// <see cref="IContender{TSelf}"/> is.
/// </summary>
internal interface IBlockSource<TSelf, TBlock>
    where TSelf : struct, IBlockSource<TSelf, TBlock>, allows ref struct
    where TBlock : struct, IBlock
{
    /// <summary>The source for use on the calling thread.</summary>
    static abstract TSelf Open(SlabAllocator? allocator);

    TBlock Alloc(int size);

    void Free(TBlock block);
}

/// <summary>A native contender.</summary>
internal readonly unsafe ref struct NativeSource<T>(T contender) : IBlockSource<NativeSource<T>, NativeBlock>
    where T : struct, IContender<T>, allows ref struct
{
    private readonly T _contender = contender;

    public static NativeSource<T> Open(SlabAllocator? allocator) => new(T.Open(allocator));

    public NativeBlock Alloc(int size) => new(_contender.Alloc((nuint)size));

    public void Free(NativeBlock block) => _contender.Free(block.Address);
}

/// <summary>The pool that managed programs use to spare the collector.</summary>
internal readonly struct ArrayPoolSource : IBlockSource<ArrayPoolSource, ManagedBlock>
{
    public static ArrayPoolSource Open(SlabAllocator? allocator) => default;

    public ManagedBlock Alloc(int size) => new(ArrayPool<byte>.Shared.Rent(size));

    public void Free(ManagedBlock block) => ArrayPool<byte>.Shared.Return(block.Array);
}

/// <summary>New arrays; to free one is to forget it. What the collector then does is part of the time, as it is in a program.</summary>
internal readonly struct GcSource : IBlockSource<GcSource, ManagedBlock>
{
    public static GcSource Open(SlabAllocator? allocator) => default;

    public ManagedBlock Alloc(int size) => new(GC.AllocateUninitializedArray<byte>(size));

    public void Free(ManagedBlock block)
    {
    }
}
